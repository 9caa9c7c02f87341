// The rows on device nodes.

extension Catalogue {
    static let devices: [Directive] = [privateDevices, devicePolicy, deviceAllow]

    private static let oneNode = Remedy.forPath(
        "allow this device node only", settings: ["DeviceAllow=PATH rw", "BindPaths=PATH"])

    private static let usesDevice = Likelihood(.device, 40, else: 0.4)

    private static let privateDevices = Directive.flag(
        .privateDevices, "/dev holds only null, zero, random, tty and the like.",
        breaks: "opening any real device: GPUs, serial ports, sound, disks, /dev/net/tun",
        introduced: 209, prior: Prior("dev", 0.8),
        implies: [
            "CapabilityBoundingSet=~CAP_MKNOD", "CapabilityBoundingSet=~CAP_SYS_RAWIO",
            "SystemCallFilter=~@raw-io", "DevicePolicy=closed",
        ]
    )
    .by(.mountNamespace, .callFilter).failing(at: .stdin, .stdout, .stderr)
    .refusing(.device, .hiddenDevice, .hiddenKernelLog).refusing(calls: "iopl", "ioperm")
    .logged(as: .device, .missingDevice).scored(1000)
    .inForce(
        .init("/dev", .mount("/dev", .replaced)),
        .init("the device policy", .program(.device)), .lacking("CAP_MKNOD", "CAP_SYS_RAWIO"),
        .calls
    )
    .likely(usesDevice).advised(oneNode)
    .loading { sandbox, _ in
        guard sandbox[.privateDevices].isOn else { return }
        if sandbox[.devicePolicy].value(default: "auto") == "auto" {
            sandbox[.devicePolicy] = .word("closed")
        }
    }

    private static let devicePolicy = Directive.ladder(
        .devicePolicy, "Device nodes outside the standard pseudo devices cannot be opened.",
        breaks: "opening any real device; strict needs DeviceAllow=/dev/null even to start",
        manual: "systemd.resource-control(5)", introduced: 208,
        order: ["auto", "closed", "strict"],
        steps: [
            .init("closed", prior: Prior("dev", 0.5), check: InForceCheck(.program(.device))),
            .init(
                "strict", prior: Prior("dev", 0.4, cold: 0.9),
                check: InForceCheck(
                    .program(.device), beside: [.deviceAllow: .list(["/dev/null rw"])]),
                heldBack: "fails with 208/STDIN without DeviceAllow=/dev/null, "
                    + "and with it scores worse than closed"),
        ]
    )
    .by(.program).failing(at: .stdin, .stdout, .stderr)
    .refusing(.device, .hiddenDevice).logged(as: .device).advised(oneNode).onBus(BusShape("s"))
    .steps { value, step in if value == "closed" { step.likelihoods = [usesDevice] } }

    /// Reads back as nothing more than it was.
    static let oneDevice = InForceCheck(
        .readsBack, against: [.deviceAllow: .list(["/dev/null rw"])])

    private static let deviceAllow = Directive(
        .deviceAllow, "No device node is granted beyond the policy.",
        breaks: "the devices that the unit grants today", manual: "systemd.resource-control(5)",
        introduced: 208,
        restrictions: [Restriction(.deviceAllow, "", .empty, prior: Prior("dev", 0.9, cold: 0.5))]
    )
    .by(.program).refusing(.device)
    .inForce(oneDevice)
    .onBus(BusShape("a(ss)", copying: .deviceAllow))
    .scored(
        Assessment(id: "DeviceAllow", weight: 1000, range: 10) { seen in
            if seen.sandbox[.devicePolicy].value(default: "auto") == "auto" { return 10 }
            return seen.sandbox[.deviceAllow].entries.isEmpty ? 0 : 5
        })
}
