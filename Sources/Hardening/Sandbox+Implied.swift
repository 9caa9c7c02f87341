extension Sandbox {
    /// The sandbox with what systemd adds by itself when it loads the unit (`unit_patch_contexts`
    /// in src/core/unit.c): what its properties then read, and what is scored.
    public func withImplied(by dialect: Dialect) -> Sandbox {
        var result = self
        if flag("DynamicUser") {
            if word("PrivateTmp", default: "no") == "no" {
                result.settings["PrivateTmp"] =
                    dialect.version < 257 ? .flag(true) : .word("disconnected")
            }
            if word("ProtectHome", default: "no") == "no" {
                result.settings["ProtectHome"] = .word("read-only")
            }
            result.settings["ProtectSystem"] = .word("strict")
            for name in ["RemoveIPC", "NoNewPrivileges", "RestrictSUIDSGID"] {
                result.settings[name] = .flag(true)
            }
        }
        // Measured: systemd 262 does so and 257 does not. /var may not be mounted that early.
        let isEarly = self["DefaultDependencies"] == .flag(false) && dialect.version > 257
        let hasRoot = [self["RootDirectory"], self["RootImage"]].contains { root in
            root != nil && root != .word("") && root != .word("/")
        }
        if isEarly && !hasRoot && result.word("PrivateTmp", default: "no") == "yes" {
            result.settings["PrivateTmp"] = .word("disconnected")
        }
        var dropped: [String] = []
        if flag("PrivateDevices") {
            dropped += ["CAP_MKNOD", "CAP_SYS_RAWIO"]
            if word("DevicePolicy", default: "auto") == "auto" {
                result.settings["DevicePolicy"] = .word("closed")
            }
        }
        if flag("ProtectKernelModules") { dropped.append("CAP_SYS_MODULE") }
        if flag("ProtectKernelLogs") { dropped.append("CAP_SYSLOG") }
        if flag("ProtectClock") {
            dropped += ["CAP_SYS_TIME", "CAP_WAKE_ALARM"]
            // Reading the hardware clock stays possible, which then costs in the score.
            let devices = list("DeviceAllow")
            let isLimited =
                result.word("DevicePolicy", default: "auto") != "auto" || !devices.isEmpty
            if isLimited && !devices.contains("char-rtc r") {
                result.settings["DeviceAllow"] = .list(devices + ["char-rtc r"])
            }
        }
        if !dropped.isEmpty {
            let kept = mask("CapabilityBoundingSet", default: Capability.all)
            result.settings["CapabilityBoundingSet"] = .mask(kept & ~Capability.mask(dropped))
        }
        return result
    }
}
