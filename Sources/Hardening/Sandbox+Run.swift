extension Sandbox {
    /// Closes what a new pair of settings would open.
    ///
    /// `ProtectSystem=strict` leaves /run writable beside `ProtectControlGroups=` and
    /// `ProtectKernelTunables=` (systemd 252, 257 and 262, in labs). Named by itself it is
    /// read-only again, which is what strict alone makes of it.
    mutating func closeRun(unlessOpenIn before: Sandbox) {
        guard opensRun, !before.opensRun else { return }
        let writable = list("ReadWritePaths").map { $0.drop { "-+".contains($0) } }
        if !writable.contains("/run") && !writable.contains("/") {
            grant(Exception("ReadOnlyPaths", "-/run"))
        }
    }

    private var opensRun: Bool {
        word("ProtectSystem", default: "no") == "strict"
            && (word("ProtectControlGroups", default: "no") != "no"
                || flag("ProtectKernelTunables"))
    }
}
