extension Catalogue {
    /// Directives that may be survived beside others though not alone, each with what helps: what
    /// was refused by itself is tried once more on the final profile. (Seen on systemd 252, 257 and
    /// 262, but for what programs make of another error.)
    public static let contextual = [
        "NoNewPrivileges": "ambient capabilities do what file capabilities did",
        "PrivateUsers": "a service that never was root changes to no other user",
        "ProtectHome": "a program told to look elsewhere needs no home",
        "ProtectKernelTunables":
            "ProcSubset=pid takes away what cannot be written, and programs go on",
        "ProtectSystem": "PrivateTmp= makes a place to write",
    ]
}
