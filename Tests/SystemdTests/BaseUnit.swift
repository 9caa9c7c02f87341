/// A unit as packages ship them, to put drop-ins on: together they have every kind of list,
/// filter and mask that a drop-in could loosen.
struct BaseUnit {
    let name: String
    /// The lines of its `[Service]`.
    let service: String
    /// The lines of its `[Unit]`.
    var unit = ""
    /// The text of another drop-in, which is read before the tested one.
    var other: String?
    /// The systemd version that knows all of its settings.
    var introduced = 252

    /// The text of its file.
    var text: String {
        "[Unit]\n\(unit)\n[Service]\nExecStart=/bin/true\n\(service)\n"
    }

    var dropIns: [String: String] { other.map { ["10-other.conf": $0] } ?? [:] }

    static let all: [BaseUnit] = identities + masks + filters + networks + places + ladders

    private static let identities = [
        BaseUnit(name: "bare", service: ""),
        BaseUnit(
            name: "user",
            service: """
                User=daemon
                SupplementaryGroups=mail
                SupplementaryGroups=games adm
                AmbientCapabilities=CAP_NET_BIND_SERVICE
                """),
        BaseUnit(name: "nobody", service: "User=nobody\nRemoveIPC=yes"),
        BaseUnit(name: "dynamic", service: "DynamicUser=yes\nStateDirectory=x"),
        BaseUnit(
            name: "early", service: "DynamicUser=yes\nUMask=0\nIgnoreSIGPIPE=no",
            unit: "DefaultDependencies=no"),
        BaseUnit(name: "earlyroot", service: "UMask=0002", unit: "DefaultDependencies=no"),
    ]

    private static let masks = [
        BaseUnit(
            name: "capabilities",
            service: """
                CapabilityBoundingSet=CAP_CHOWN CAP_NET_BIND_SERVICE CAP_SYSLOG
                CapabilityBoundingSet=CAP_SETUID CAP_SYS_TIME
                CapabilityBoundingSet=~CAP_SETUID
                AmbientCapabilities=CAP_CHOWN
                AmbientCapabilities=CAP_SYSLOG
                """),
        BaseUnit(
            name: "lesscapabilities",
            service: """
                CapabilityBoundingSet=~CAP_SYS_ADMIN
                CapabilityBoundingSet=~CAP_SYS_PTRACE CAP_MKNOD
                """),
        BaseUnit(
            name: "nocapabilities", service: "CapabilityBoundingSet=\nAmbientCapabilities="),
        BaseUnit(
            name: "namespaces", service: "RestrictNamespaces=user mnt\nRestrictNamespaces=pid"),
        BaseUnit(
            name: "lessnamespaces", service: "RestrictNamespaces=~user\nRestrictNamespaces=~net"),
        BaseUnit(name: "nonamespaces", service: "RestrictNamespaces=yes"),
        BaseUnit(name: "anynamespaces", service: "RestrictNamespaces=no"),
    ]

    private static let filters = [
        BaseUnit(
            name: "allowcalls",
            service: """
                SystemCallFilter=@system-service
                SystemCallFilter=@mount @debug
                SystemCallFilter=~@resources
                SystemCallErrorNumber=EPERM
                SystemCallArchitectures=native x86
                SystemCallArchitectures=x32
                """),
        BaseUnit(
            name: "allowcallserrno",
            service: """
                User=daemon
                SystemCallFilter=@system-service
                SystemCallFilter=~@privileged:EPERM @resources:ENOSYS
                """),
        BaseUnit(
            name: "denycalls",
            service: """
                SystemCallFilter=~@mount
                SystemCallFilter=~@debug
                SystemCallFilter=ptrace
                SystemCallArchitectures=x86
                """),
        BaseUnit(
            name: "denycallserrno",
            service: """
                SystemCallFilter=~@privileged:EPERM
                SystemCallFilter=~@clock:ENOSYS @swap:kill
                SystemCallErrorNumber=EACCES
                """),
        BaseUnit(
            name: "denypartly", service: "SystemCallFilter=~swapon:EPERM mount:ENOENT reboot"),
        BaseUnit(
            name: "deniedandforgiven",
            service: "SystemCallFilter=~getpid\nSystemCallFilter=getpid"),
        BaseUnit(name: "killing", service: "SystemCallErrorNumber=EACCES"),
        BaseUnit(
            name: "filtered", service: "SystemCallFilter=@system-service\nNoNewPrivileges=yes",
            other: """
                [Service]
                SystemCallFilter=~@chown
                SystemCallFilter=ptrace
                CapabilityBoundingSet=~CAP_SYS_ADMIN
                RestrictAddressFamilies=~AF_PACKET
                UMask=0002
                """),
    ]

    private static let networks = [
        BaseUnit(
            name: "allowfamilies",
            service: """
                RestrictAddressFamilies=AF_UNIX AF_INET
                RestrictAddressFamilies=AF_PACKET AF_ROSE
                RestrictAddressFamilies=~AF_PACKET
                """),
        BaseUnit(
            name: "denyfamilies",
            service: """
                RestrictAddressFamilies=~AF_PACKET AF_ALG
                RestrictAddressFamilies=~AF_ROSE
                RestrictAddressFamilies=AF_ALG
                """),
        BaseUnit(name: "nofamilies", service: "RestrictAddressFamilies=none"),
        BaseUnit(
            name: "addresses",
            service: """
                IPAddressDeny=10.0.0.0/8
                IPAddressDeny=fe80::/10
                IPAddressAllow=127.0.0.0/8
                IPAddressAllow=192.168.1.0/24 ::1
                """),
        BaseUnit(name: "localhost", service: "IPAddressDeny=any\nIPAddressAllow=localhost"),
        BaseUnit(name: "nowhere", service: "IPAddressDeny=any"),
        BaseUnit(
            name: "ports",
            service: """
                SocketBindAllow=ipv4:tcp:80
                SocketBindAllow=8000-8100
                SocketBindDeny=ipv6:udp:1000-2000
                """),
        BaseUnit(name: "interfaces", service: "RestrictNetworkInterfaces=eth0 eth1"),
        BaseUnit(
            name: "fewerinterfaces",
            service: "RestrictNetworkInterfaces=~eth0\nRestrictNetworkInterfaces=~lo"),
    ]

    private static let places = [
        BaseUnit(name: "devices", service: "DeviceAllow=/dev/null rw\nDeviceAllow=char-pts"),
        BaseUnit(
            name: "clock", service: "DeviceAllow=/dev/full r\nProtectClock=yes\nDevicePolicy=strict"
        ),
        BaseUnit(
            name: "paths",
            service: """
                NoExecPaths=/
                ExecPaths=/usr /lib
                NoExecPaths=/var -/tmp
                ReadWritePaths=/var/lib
                """),
        BaseUnit(
            name: "filesystems",
            service: "RestrictFileSystems=~@network\nRestrictFileSystems=~ext4"),
        BaseUnit(
            name: "allowfilesystems",
            service: "RestrictFileSystems=@basic-api ext4\nRestrictFileSystems=nfs tmpfs"),
        BaseUnit(name: "onefilesystem", service: "RestrictFileSystems=tmpfs"),
    ]

    private static let ladders = [
        BaseUnit(
            name: "notify",
            service: "Type=notify\nNotifyAccess=all\nDelegate=yes\nKeyringMode=shared"),
        BaseUnit(name: "delegate", service: "Delegate=cpu memory\nKeyringMode=inherit"),
        BaseUnit(
            name: "hardened",
            service: """
                ProtectSystem=full
                ProtectHome=tmpfs
                PrivateTmp=yes
                PrivateUsers=yes
                PrivateDevices=yes
                ProtectProc=noaccess
                ProtectControlGroups=yes
                ProtectKernelLogs=yes
                ProtectHostname=yes
                MemoryDenyWriteExecute=yes
                SystemCallArchitectures=native
                UMask=0077
                """),
        BaseUnit(
            name: "modes257",
            service: """
                ProtectControlGroups=private
                PrivateTmp=disconnected
                PrivateUsers=identity
                MemoryKSM=yes
                """, introduced: 257),
        BaseUnit(
            name: "modes262",
            service: """
                ProtectControlGroups=strict
                ProtectHostname=private
                PrivateUsers=full
                PrivatePIDs=yes
                RestrictNamespaces=time user
                """, introduced: 262),
    ]
}
