extension Cadence {
    /// Asks the probes of a service that simply runs, one after the other, until one is unhealthy.
    ///
    /// - Returns: `healthy`, or what the first other probe said, with its name.
    public func health(by probes: [any Probe]) async -> CheckOutcome {
        let clock = ContinuousClock()
        for probe in probes {
            let began = clock.now
            var checks: [Check] = []
            while case .askAgain = ruling(on: checks), !Task.isCancelled {
                if !checks.isEmpty { try? await clock.sleep(for: interval) }
                let outcome = await probe.check(deadline: timeout)
                checks.append(Check(at: clock.now - began, outcome: outcome))
            }
            switch checks.last?.outcome ?? .cannotTell("it was not asked") {
            case .healthy: continue
            case .unhealthy(let why): return .unhealthy("\(probe.name): \(why)")
            case .cannotTell(let why): return .cannotTell("\(probe.name): \(why)")
            }
        }
        return .healthy
    }
}

extension CheckOutcome {
    /// Why it is not healthy; nil if it is.
    public var trouble: String? {
        switch self {
        case .healthy: nil
        case .unhealthy(let why): why
        case .cannotTell(let why): "it could not tell: \(why)"
        }
    }
}
