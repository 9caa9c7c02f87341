import Foundation
import SystemdBus
public import Trials

/// A user of a machine, from its passwd(5).
public struct UserAccount: Hashable, Sendable {
    public let name: String
    public let id: UInt32
    /// The number of the group that the user's files get.
    public let group: UInt32
    public let home: String

    public init(name: String, id: UInt32, group: UInt32? = nil, home: String = "/") {
        self.name = name
        self.id = id
        self.group = group ?? id
        self.home = home
    }

    /// Where the user's manager and bus have their sockets (user@.service(5)).
    public var runtimeDirectory: String { "/run/user/\(id)" }

    /// The accounts of a passwd(5) file; what is no account is passed over.
    static func all(in passwd: String) -> [UserAccount] {
        passwd.lines.compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 7, let id = UInt32(fields[2]) else { return nil }
            return UserAccount(
                name: String(fields[0]), id: id, group: UInt32(fields[3]),
                home: String(fields[5]))
        }
    }

    /// The numbers of users that packages and administrators make for services.
    static let ofSystem: ClosedRange<UInt32> = 100...999

    /// Whether it is a person's (the range of Debian's adduser and systemd's own default).
    var isOrdinary: Bool { (1000..<60000).contains(id) }
}

extension UserAccount {
    /// The account of this name or number, or without one the only ordinary user's.
    static func chosen(
        _ name: String?, from accounts: [UserAccount]
    ) throws(ExperimentError) -> UserAccount {
        if let name {
            if let account = accounts.first(where: { $0.name == name || "\($0.id)" == name }) {
                return account
            }
            throw ExperimentError("there is no user \(name) here; /etc/passwd lists them")
        }
        let ordinary = accounts.filter(\.isOrdinary)
        if ordinary.count == 1 { return ordinary[0] }
        let names = ordinary.map(\.name).joined(separator: ", ")
        throw ExperimentError(
            ordinary.isEmpty
                ? "there is no ordinary user here whose manager could run it; make one"
                : "whose service is it? say --as with one of \(names)")
    }
}

extension Machine {
    /// The account of this name or number, or without one the machine's only ordinary user.
    public func account(_ name: String?) throws(ExperimentError) -> UserAccount {
        try .chosen(name, from: accounts)
    }

    /// The name of a user of the machine, by its number.
    public func userName(_ id: UInt32) -> String? { accounts.first { $0.id == id }?.name }

    /// The account of this name; nil where there is none.
    func account(named name: String) -> UserAccount? { accounts.first { $0.name == name } }

    /// The groups of group(5): their names and numbers.
    var groups: [(name: String, id: UInt32)] {
        (text(ofFile: "/etc/group") ?? "").lines.compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 4, let id = UInt32(fields[2]) else { return nil }
            return (String(fields[0]), id)
        }
    }

    var accounts: [UserAccount] { UserAccount.all(in: text(ofFile: "/etc/passwd") ?? "") }

    /// Starts the user's own manager and connects to it over the user's bus.
    ///
    /// - Throws: `ExperimentError` that names the package that is missing.
    public func manager(of account: UserAccount) async throws(ExperimentError) -> Machine {
        let unit = "user@\(account.id).service"
        let job = try await experiment { () async throws(BusError) in
            try await bus.startUnit(unit, deadline: .seconds(30))
        }
        guard job == .done else {
            throw ExperimentError(
                "the manager of \(account.name) does not start (\(unit): \(job.rawValue)); "
                    + "it needs the packages libpam-systemd and dbus-user-session")
        }
        let address = BusAddress.socket(
            "\(account.runtimeDirectory)/bus", asUser: account.id, root: root)
        let userBus: Bus
        do { userBus = try await Bus.connect(to: address) } catch {
            guard case .cannotConnect(_, ENOENT) = error else { throw ExperimentError(error) }
            throw ExperimentError(
                "\(account.name) has no bus at \(account.runtimeDirectory)/bus; "
                    + "install the package dbus-user-session")
        }
        let manager = Machine(
            bus: userBus, root: root, network: network, isDisposable: isDisposable, user: account)
        try await manager.appear()
        return manager
    }

    /// Waits until the manager is on its bus: our connection is what has the bus started, and the
    /// manager comes to it only then.
    private func appear() async throws(ExperimentError) {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                _ = try await managerProperty("Version")
                return
            } catch {
                let isNotYet = ["NameHasNoOwner", "ServiceUnknown", "NoReply"].contains { word in
                    error.name?.hasSuffix(word) == true
                }
                guard isNotYet, ContinuousClock.now < deadline else { throw ExperimentError(error) }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
