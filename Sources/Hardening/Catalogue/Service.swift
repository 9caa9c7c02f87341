// The rows on what the service may ask of systemd.

extension Catalogue {
    static let service: [Directive] = [notifyAccess, delegate]

    private static let notifyAccess = Directive.ladder(
        .notifyAccess, "Only the main process may send notifications to systemd.",
        breaks: "services whose children or helpers send the readiness",
        manual: "systemd.service(5)", introduced: 183, order: ["all", "exec", "main", "none"],
        steps: [
            .init("exec", prior: Prior("notify")),
            .init("main", prior: Prior("notify")),
        ]
    )
    .scored(1000, default: "none", ["none": 0, "main": 0, "exec": 0]).onBus(BusShape("s"))
    .silencing

    private static let delegate = Directive(
        .delegate, "The service does not manage its own control groups.",
        breaks: "container managers", manual: "systemd.resource-control(5)", introduced: 218,
        restrictions: [
            Restriction(.delegate, "no", .turn(false), prior: Prior("delegate", 0.7, cold: 0.3))
        ]
    )
    .failing(at: .cgroup).scored(Assessment("Delegate", 100) { !$0.sandbox[.delegate].isOn })
    .inForce(InForceCheck(.readsBack, against: [.delegate: .flag(true)]))
    .onBus(BusShape("b", copying: .delegation))

    /// Rates at which a service needs what a family of restrictions takes away; a family that is
    /// not listed has `rareFamily`. Estimates of the search study (see `Prior`).
    public static let familyRates: [String: Double] = [
        "inet": 0.375, "remote": 0.1, "unix": 0.4, "netlink": 0.15, "raw": 0.03, "netadmin": 0.035,
        "lowport": 0.125, "userswitch": 0.15, "owner": 0.15, "fswrite": 0.35, "home": 0.1,
        "tmp": 0.06, "dev": 0.075, "jit": 0.1, "exec": 0.125, "ns": 0.04, "kmod": 0.02,
        "ktun": 0.06, "proc": 0.1, "clock": 0.02, "klog": 0.02, "res": 0.15, "ipc": 0.05,
        "host": 0.02, "arch": 0.015, "audit": 0.015, "bpf": 0.015, "mac": 0.01, "keyring": 0.025,
        "aio": 0.04, "sync": 0.06, "timer": 0.05, "notify": 0.05, "groups": 0.3, "kill": 0.3,
        "filesystems": 0.05, "system-service": 0.1, "delegate": 0.5, "bus": 0.08,
        "manager": 0.03, "engines": 0.01, "orders": 0.03,
    ]
    public static let rareFamily = 0.01
}
