public import Hardening
import Testing
public import Trials

/// A copy of the service that is started; the test fails where its unit is not even loaded.
public func startedCopy(
    of service: any ServiceUnderTest, under profile: Profile = .unrestricted,
    limit: Duration? = nil
) async throws -> (job: JobEnding, copy: any ServiceCopy) {
    let answer = try await service.start(under: profile, limit: limit)
    var started: (job: JobEnding, copy: any ServiceCopy)?
    if case .started(let job, let copy) = answer { started = (job, copy) }
    return try #require(started, "\(answer)")
}
