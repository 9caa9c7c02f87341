/// The restrictions of a typical service manager, the families in which they break, and how often;
/// the ground from which the benchmark's services are drawn.
///
/// The rates are estimates, made by looking at what hardened daemons leave unset. A family's line
/// gives the probability that a service needs it; an item's line its weight, the probability that
/// it breaks a service which needs the family, the same for one that does not, and the items
/// that it requires. An item alone in its family has one line for both.
extension SimulatedCatalogue {
    static let rates = """
        family inet 0.375
        AF_INET 3 0.95 0.004
        AF_INET6 3 0.5 0.004
        IPAddressDeny=any 2 0.9 0.004
        PrivateNetwork 5 0.97 0.004
        SocketBindDeny 2 0.6 0.004
        alone 0.4 AF_UNIX 1 0.9 0.004
        alone 0.15 AF_NETLINK 1 0.9 0.004
        family raw 0.03
        AF_PACKET 2 0.5 0.004
        CAP_NET_RAW 1 0.8 0.004
        family netadmin 0.035
        CAP_NET_ADMIN 2 0.9 0.004
        AF_OTHER 3 0.2 0.01
        alone 0.125 CAP_NET_BIND_SERVICE 1 0.9 0.004
        family userswitch 0.15
        CAP_SETUID 3 0.9 0.004
        CAP_SETGID 3 0.9 0.004
        CAP_SETPCAP 3 0.2 0.004
        @setuid 2 0.85 0.004
        @privileged 2 0.6 0.004
        NoNewPrivileges 4 0.15 0.004
        RestrictSUIDSGID 2 0.15 0.004
        User=nonroot 4 0.9 0.004
        DynamicUser 1 0.4 0.1 < User=nonroot
        PrivateUsers=self 2 0.6 0.004
        PrivateUsers=full 1 0.1 0.004 < PrivateUsers=self
        CAP_SYS_CHROOT 1 0.2 0.004
        family owner 0.15
        CAP_CHOWN 2 0.7 0.004
        CAP_DAC_OVERRIDE 2 0.6 0.004
        CAP_DAC_READ_SEARCH 2 0.3 0.004
        CAP_FOWNER 2 0.5 0.004
        CAP_FSETID 2 0.15 0.004
        @chown 2 0.7 0.004
        UMask=0027 1 0.1 0.004
        UMask=0077 1 0.15 0.004 < UMask=0027
        family fswrite 0.35
        ProtectSystem=yes 1 0.03 0.004
        ProtectSystem=full 1 0.2 0.004 < ProtectSystem=yes
        ProtectSystem=strict 2 0.8 0.004 < ProtectSystem=full
        family home 0.1
        ProtectHome=read-only 1 0.35 0.004
        ProtectHome=tmpfs 1 0.5 0.004 < ProtectHome=read-only
        ProtectHome=yes 1 0.2 0.004 < ProtectHome=tmpfs
        family tmp 0.06
        PrivateTmp=yes 1 0.8 0.004
        PrivateTmp=disconnected 1 0.1 0.004 < PrivateTmp=yes
        family dev 0.075
        CAP_MKNOD 1 0.15 0.004
        CAP_SYS_RAWIO 2 0.1 0.004
        @raw-io 2 0.1 0.004
        PrivateDevices 2 0.8 0.004 < CAP_MKNOD CAP_SYS_RAWIO @raw-io
        DevicePolicy=closed 1 0.5 0.004
        DevicePolicy=strict 2 0.4 0.004 < DevicePolicy=closed
        family jit 0.1
        MemoryDenyWriteExecute 1 0.95 0.004
        @pkey 1 0.03 0.004
        LockPersonality 1 0.04 0.004
        alone 0.125 NoExecPaths 2 0.6 0.004
        family ns 0.04
        CAP_SYS_ADMIN 3 0.9 0.01
        @mount 2 0.8 0.004
        PrivateMounts 2 0.5 0.004
        @sandbox 1 0.1 0.004
        NS:mnt 1 0.5 0.004
        NS:user 3 0.3 0.004
        NS:pid 1 0.3 0.004
        NS:net 1 0.3 0.004
        NS:ipc 1 0.25 0.004
        NS:uts 1 0.25 0.004
        NS:cgroup 1 0.2 0.004
        family kmod 0.02
        CAP_SYS_MODULE 2 0.8 0.004
        @module 2 0.7 0.004
        ProtectKernelModules 2 0.5 0.004 < CAP_SYS_MODULE @module
        family ktun 0.06
        ProtectKernelTunables 2 0.9 0.004
        ProtectControlGroups=yes 2 0.25 0.004
        ProtectControlGroups=private 1 0.2 0.004 < ProtectControlGroups=yes
        ProtectControlGroups=strict 1 0.2 0.004 < ProtectControlGroups=private
        family proc 0.1
        ProtectProc=noaccess 1 0.3 0.004
        ProtectProc=invisible 1 0.4 0.004 < ProtectProc=noaccess
        ProcSubset=pid 1 0.6 0.05
        CAP_SYS_PTRACE 3 0.4 0.004
        @debug 2 0.15 0.004
        PrivatePIDs 2 0.5 0.004
        CAP_KILL 1 0.3 0.004
        family clock 0.02
        CAP_SYS_TIME 2 0.8 0.004
        CAP_WAKE_ALARM 1 0.1 0.004
        @clock 2 0.8 0.004
        ProtectClock 2 0.5 0.004 < CAP_SYS_TIME CAP_WAKE_ALARM @clock
        family klog 0.02
        CAP_SYSLOG 1 0.6 0.004
        ProtectKernelLogs 2 0.6 0.004 < CAP_SYSLOG
        family res 0.15
        @resources 2 0.8 0.004
        CAP_SYS_NICE 1 0.3 0.004
        CAP_SYS_RESOURCE 1 0.4 0.004
        RestrictRealtime 1 0.2 0.004
        CAP_IPC_LOCK 1 0.15 0.004
        @memlock 1 0.15 0.004
        family ipc 0.05
        PrivateIPC 1 0.5 0.004
        RemoveIPC 1 0.2 0.004
        @ipc 1 0.4 0.004
        CAP_IPC_OWNER 2 0.1 0.004
        family host 0.02
        ProtectHostname=yes 1 0.8 0.004
        ProtectHostname=private 1 0.1 0.004 < ProtectHostname=yes
        alone 0.015 SystemCallArchitectures=native 2 0.9 0.004
        family audit 0.015
        CAP_AUDIT_CONTROL 1 0.4 0.004
        CAP_AUDIT_READ 1 0.3 0.004
        CAP_AUDIT_WRITE 1 0.7 0.004
        family bpf 0.015
        CAP_BPF 1 0.7 0.004
        CAP_PERFMON 1 0.5 0.004
        PrivateBPF 1 0.6 0.004
        family mac 0.01
        CAP_MAC_ADMIN 1 0.5 0.004
        CAP_MAC_OVERRIDE 1 0.3 0.004
        alone 0.005 CAP_LEASE 1 0.7 0.004
        alone 0.005 CAP_LINUX_IMMUTABLE 1 0.7 0.004
        alone 0.005 CAP_BLOCK_SUSPEND 1 0.7 0.004
        alone 0.005 CAP_SYS_BOOT 1 0.7 0.004
        alone 0.005 CAP_SYS_PACCT 1 0.7 0.004
        alone 0.005 CAP_SYS_TTY_CONFIG 1 0.7 0.004
        alone 0.005 CAP_CHECKPOINT_RESTORE 1 0.7 0.004
        alone 0.005 CAP_SETFCAP 1 0.7 0.004
        alone 0.005 CAP_NET_BROADCAST 1 0.7 0.004
        alone 0.005 @reboot 2 0.7 0.004
        alone 0.005 @swap 2 0.7 0.004
        alone 0.005 @obsolete 1 0.7 0.004
        alone 0.005 @cpu-emulation 1 0.7 0.004
        alone 0.025 @keyring 1 0.7 0.004
        alone 0.04 @aio 1 0.7 0.004
        alone 0.06 @sync 1 0.7 0.004
        alone 0.05 @timer 1 0.7 0.004
        alone 0.01 AF_BLUETOOTH 1 0.8 0.004
        alone 0.01 AF_VSOCK 1 0.8 0.004
        alone 0.01 AF_ALG 1 0.8 0.004
        alone 0.01 KeyringMode=private 1 0.7 0.004
        alone 0.01 NotifyAccess 1 0.7 0.004
        alone 0.03 SupplementaryGroups 1 0.7 0.004
        alone 0.01 Delegate=no 1 0.7 0.004
        alone 0.05 RestrictFileSystems 1 0.7 0.004
        alone 0.0025 MemoryKSM 1 0.7 0.004
        """

    /// How many system calls stand behind each group, for the catalogue that lists them one by one.
    static let systemCalls = [
        "@setuid": 22, "@privileged": 33, "@chown": 15, "@raw-io": 15, "@pkey": 11,
        "@mount": 20, "@sandbox": 12, "@module": 11, "@debug": 15, "@clock": 14,
        "@resources": 21, "@memlock": 13, "@ipc": 36, "@reboot": 11, "@swap": 10,
        "@obsolete": 35, "@cpu-emulation": 13, "@keyring": 11, "@aio": 18, "@sync": 15,
        "@timer": 24,
    ]
}
