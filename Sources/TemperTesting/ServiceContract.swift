public import Hardening
public import Testing
public import Trials

/// What every service under test and its copies must do, simulated and real ones alike; each
/// case is one clause.
public enum ServiceContract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case starts = "a copy is up when its start job is done"
    case stops = "a copy that is told to stop ends by itself"
    case stopsInTime = "a copy that is told to stop and does not is killed at the limit"
    case reloads = "a copy stays up through its reload"
    case startsAgain = "a copy that was stopped can be started again, and its words are still told"
    case isManned = "a copy that is up has processes"
    case isSeenAlike = "what others see of a copy, labels included, they see of the next one"
    case hasHelpers = "how the commands beside the main process ended can be read"
    case endsVisibly = "a copy's processes are seen to end, where that can be seen"
    case speaks = "a copy's words can be read after its end"
    case breaks = "a copy that breaks is an answer, with its exit status"
    case isBounded = "a start that takes too long is given up"
    case isUndisturbed = "nothing disturbs a copy by itself"
    case seesReload = "a reload of the manager is seen"
    case leavesNothing = "nothing is left of copies that were ended, also twice"
    case isRepeatable = "copies can be started one after the other"

    public var testDescription: String { rawValue }

    /// A service, and ways in which it can be made to break.
    public struct Fixture: Sendable {
        public let service: any ServiceUnderTest
        /// Under this it dies at its start.
        public let breaking: Profile
        /// A service that never gets ready.
        public let endless: any ServiceUnderTest
        /// A service that works and does not heed SIGTERM.
        public let deaf: any ServiceUnderTest
        /// A service on a machine whose manager reloads while a copy runs.
        public let restless: any ServiceUnderTest
        public let reloadManager: @Sendable () async throws -> Void
        /// What there is of copies now.
        public let remains: @Sendable () async throws -> [String]

        public init(
            service: any ServiceUnderTest, breaking: Profile, endless: any ServiceUnderTest,
            deaf: any ServiceUnderTest, restless: any ServiceUnderTest,
            reloadManager: @escaping @Sendable () async throws -> Void = {},
            remains: @escaping @Sendable () async throws -> [String]
        ) {
            self.service = service
            self.breaking = breaking
            self.endless = endless
            self.deaf = deaf
            self.restless = restless
            self.reloadManager = reloadManager
            self.remains = remains
        }
    }

    public func check(_ fixture: Fixture) async throws {
        switch self {
        case .starts: try await starts(fixture)
        case .stops: try await stops(fixture)
        case .stopsInTime: try await stopsInTime(fixture)
        case .reloads: try await reloads(fixture)
        case .startsAgain: try await startsAgain(fixture)
        case .isManned: try await isManned(fixture)
        case .isSeenAlike: try await isSeenAlike(fixture)
        case .hasHelpers: try await hasHelpers(fixture)
        case .endsVisibly: try await endsVisibly(fixture)
        case .speaks: try await speaks(fixture)
        case .breaks: try await breaks(fixture)
        case .isBounded: try await isBounded(fixture)
        case .isUndisturbed: try await isUndisturbed(fixture)
        case .seesReload: try await seesReload(fixture)
        case .leavesNothing: try await leavesNothing(fixture)
        case .isRepeatable: try await isRepeatable(fixture)
        }
    }
}

// MARK: - The life of a copy

extension ServiceContract {
    private func starts(_ fixture: Fixture) async throws {
        try await with(fixture.service) { job, copy in
            #expect(job == .done)
            let state = try await copy.state()
            #expect(state.isUp && state.mainPID != 0)
        }
    }

    private func stops(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            let (job, end) = try await copy.stop(limit: nil)
            #expect(job == .done)
            #expect(end.active == "inactive" && end.result == "success")
            #expect(end.mainCode != 0, "it has ended")
        }
    }

    private func stopsInTime(_ fixture: Fixture) async throws {
        let began = ContinuousClock.now
        try await with(fixture.deaf) { _, copy in
            let (job, end) = try await copy.stop(limit: .seconds(1))
            #expect(job == .timeout)
            #expect(!end.isUp)
        }
        #expect(ContinuousClock.now - began < .seconds(8))
    }

    private func reloads(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            let before = try await copy.state().mainPID
            #expect(try await copy.reload() == .done)
            #expect(try await copy.state().isUp)
            #expect(try await copy.state().mainPID == before)
        }
    }

    private func startsAgain(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            _ = try await copy.stop(limit: nil)
            #expect(try await copy.startAgain(limit: .seconds(20)) == .done)
            let state = try await copy.state()
            #expect(state.isUp && state.mainPID != 0)
            let (job, end) = try await copy.stop(limit: nil)
            #expect(job == .done && end.active == "inactive" && end.result == "success")
            #expect(try await copy.log().contains { $0.message == "up" })
        }
    }

    private func isSeenAlike(_ fixture: Fixture) async throws {
        var seen: [Footprint] = []
        for _ in 0..<2 {
            try await with(fixture.service) { _, copy in seen.append(try await copy.footprint()) }
        }
        #expect(seen[0].labels == seen[1].labels && seen[0].listeners == seen[1].listeners)
    }

    private func leavesNothing(_ fixture: Fixture) async throws {
        for profile in [Profile.unrestricted, fixture.breaking] {
            try await with(fixture.service, under: profile) { _, copy in await copy.end() }
        }
        #expect(try await fixture.remains() == [])
    }

    private func isRepeatable(_ fixture: Fixture) async throws {
        for _ in 0..<3 {
            try await with(fixture.service) { job, copy in
                #expect(job == .done)
                _ = try await copy.stop(limit: nil)
            }
        }
    }
}

// MARK: - What can be read of it

extension ServiceContract {
    private func isManned(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            let members = try await copy.processSet().members
            #expect(!members.isEmpty)
        }
    }

    private func hasHelpers(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            let before = try await copy.helpers()
            #expect(before == [])
            _ = try await copy.reload()
            let helpers = try await copy.helpers()
            #expect(helpers.map(\.directive) == ["ExecReload"])
            #expect(helpers.filter(\.isSuccess) == helpers)
        }
    }

    private func endsVisibly(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            _ = try await copy.stop(limit: nil)
            guard let endings = try await copy.endings() else { return }
            #expect(endings.contains { $0.code == 2 && $0.status == 15 })
        }
    }

    private func speaks(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            _ = try await copy.stop(limit: nil)
            #expect(try await copy.log().contains { $0.message == "up" })
        }
    }
}

// MARK: - What goes wrong

extension ServiceContract {
    private func breaks(_ fixture: Fixture) async throws {
        try await with(fixture.service, under: fixture.breaking) { job, copy in
            #expect(job == .failed)
            let state = try await copy.state()
            #expect(!state.isUp && state.result == "exit-code" && state.mainCode == 1)
            #expect(state.mainStatus != 0)
            // Its end is readable as well: stopping what is dead is no error.
            _ = try await copy.stop(limit: nil)
        }
    }

    private func isBounded(_ fixture: Fixture) async throws {
        let began = ContinuousClock.now
        try await with(fixture.endless, limit: .seconds(1)) { job, copy in
            #expect(job == .timeout || job == .failed)
            #expect(try await copy.state().isUp == false)
            _ = try await copy.stop(limit: nil)
        }
        #expect(ContinuousClock.now - began < .seconds(15))
    }

    private func isUndisturbed(_ fixture: Fixture) async throws {
        try await with(fixture.service) { _, copy in
            let disturbances = try await copy.disturbances
            #expect(disturbances == [])
        }
    }

    private func seesReload(_ fixture: Fixture) async throws {
        try await with(fixture.restless) { _, copy in
            try await fixture.reloadManager()
            let disturbances = try await copy.disturbances
            #expect(disturbances == [.managerReloaded])
        }
    }
}

extension ServiceContract {
    private func with(
        _ service: any ServiceUnderTest, under profile: Profile = .unrestricted,
        limit: Duration? = nil, _ body: (JobEnding, any ServiceCopy) async throws -> Void
    ) async throws {
        guard
            case .started(let job, let copy) = try await service.start(under: profile, limit: limit)
        else {
            Issue.record("the copy was refused")
            return
        }
        do { try await body(job, copy) } catch {
            await copy.end()
            throw error
        }
        await copy.end()
    }
}
