// The rows on device nodes.

extension Catalogue {
    static let devices: [Directive] = [
        .flag(
            "PrivateDevices", "/dev holds only null, zero, random, tty and the like.",
            breaks: "opening any real device: GPUs, serial ports, sound, disks, /dev/net/tun",
            introduced: 209, prior: Prior(family: "dev", whenHot: 0.8),
            implies: [
                "CapabilityBoundingSet=~CAP_MKNOD", "CapabilityBoundingSet=~CAP_SYS_RAWIO",
                "SystemCallFilter=~@raw-io", "DevicePolicy=closed",
            ]),
        .ladder(
            "DevicePolicy", "Device nodes outside the standard pseudo devices cannot be opened.",
            breaks: "opening any real device; strict needs DeviceAllow=/dev/null even to start",
            manual: "systemd.resource-control(5)", introduced: 208,
            order: ["auto", "closed", "strict"],
            steps: [
                .init("closed", prior: Prior(family: "dev", whenHot: 0.5)),
                .init(
                    "strict", prior: Prior(family: "dev", whenHot: 0.4, whenCold: 0.9),
                    heldBack: "fails with 208/STDIN without DeviceAllow=/dev/null, "
                        + "and with it scores worse than closed"),
            ]),
        Directive(
            "DeviceAllow", "No device node is granted beyond the policy.",
            breaks: "the devices that the unit grants today", manual: "systemd.resource-control(5)",
            introduced: 208,
            restrictions: [
                Restriction(
                    id: "DeviceAllow=", directive: "DeviceAllow", change: .empty,
                    prior: Prior(family: "dev", whenHot: 0.9, whenCold: 0.5))
            ]),
    ]
}
