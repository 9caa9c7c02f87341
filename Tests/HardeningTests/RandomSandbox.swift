import Hardening
import TemperTesting

extension Sandbox {
    /// A sandbox with some settings of every kind.
    static func random(using generator: inout SplitMix64) -> Sandbox {
        var sandbox = Sandbox()
        func often(_ share: Double = 0.5) -> Bool {
            Double.random(in: 0..<1, using: &generator) < share
        }
        for directive in Catalogue.standard.directives where often(0.3) {
            switch directive.restrictions[0].change {
            case .climb(_, let order):
                sandbox.settings[directive.name] = .word(
                    order.randomElement(using: &generator) ?? order[0])
            case .turn: sandbox.settings[directive.name] = .flag(often())
            case .addMode:
                sandbox.settings[directive.name] = .mode(.random(in: 0...0o777, using: &generator))
            case .dropCapabilities, .denyNamespace,
                .empty where directive.name == "AmbientCapabilities":
                sandbox.settings[directive.name] = .mask(
                    .random(in: 0...UInt64.max, using: &generator))
            case .empty: sandbox.settings[directive.name] = .list(often() ? ["one", "two"] : [])
            case .set: sandbox.settings[directive.name] = .list(often() ? ["native", "x86"] : [])
            case .add: sandbox.settings[directive.name] = .list(["/", "-/tmp"])
            case .killOnDeniedCall:
                sandbox.settings[directive.name] = often() ? .kill : .number(13)
            case .denyAddresses:
                sandbox.settings[directive.name] = .prefixes(
                    often() ? AddressPrefix.any : AddressPrefix.localhost)
                sandbox.settings["IPAddressAllow"] = .prefixes(
                    often() ? AddressPrefix.localhost : [])
            case .denyPorts:
                let port = PortRange(family: 2, transport: 6, count: 1, lowest: 80)
                sandbox.settings[directive.name] = .ports(often() ? [port] : [.any])
                sandbox.settings["SocketBindAllow"] = .ports(often() ? [port] : [])
            case .denyFamily, .denyOtherFamilies:
                let names = (AddressFamily.named + ["AF_ROSE"]).filter { _ in often() }
                sandbox.settings[directive.name] = .filter(allow: often(), names)
            case .denyCalls, .allowOnlyCalls:
                let allow = often()
                let names = Dialect.withSmallGroups.calls.values.reduce(into: Set<String>()) {
                    $0.formUnion($1)
                }.sorted().filter { _ in often(allow ? 0.7 : 0.2) }
                sandbox.settings[directive.name] = .filter(
                    allow: allow, names.map { allow || often() ? $0 : "\($0):EPERM" })
            case .denyFileSystems:
                let names = Dialect.withSmallGroups.fileSystems.values.joined().sorted()
                sandbox.settings[directive.name] = .filter(
                    allow: often(), names.filter { _ in often() })
            case .withdraw, .become: break
            case .allowOnlyInterfaces:
                sandbox.settings[directive.name] = .filter(
                    allow: often(),
                    [["lo"], ["eth0"], ["lo", "eth0"]].randomElement(using: &generator)!)
            }
        }
        return sandbox
    }

    /// The same with lists in one order, as they are sets to systemd.
    var sorted: Sandbox {
        Sandbox(
            settings.mapValues { value in
                switch value {
                case .list(let names): .list(names.sorted())
                case .filter(let allow, let names): .filter(allow: allow, names.sorted())
                default: value
                }
            })
    }
}
