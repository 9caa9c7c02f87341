/// One test of `systemd-analyze security` and how it comes out.
public struct SecurityTest: Hashable, Codable, Sendable {
    /// As `--json=` and `--security-policy=` name it (`json_field`): `PrivateNetwork`,
    /// `RestrictNamespaces_user`.
    public var test: String
    public var weight: Int
    /// The worst that can be found.
    public var range: Int
    /// 0, where nothing is found, to `range`; absent where it does not apply.
    public var badness: Int?

    public init(test: String, weight: Int, range: Int, badness: Int?) {
        self.test = test
        self.weight = weight
        self.range = range
        self.badness = badness
    }
}

extension HardeningSubject {
    /// The tests of the unit as it stands, in the order of the catalogue.
    public var tests: [SecurityTest] {
        let seen = AnalyzedSandbox(sandbox, dialect)
        return Assessment.table.map { test in
            SecurityTest(
                test: test.policyField, weight: Int(test.weight), range: Int(test.range),
                badness: test.badness(seen).map { Int($0) })
        }
    }
}

extension SecurityTest {
    /// The directive that it is of, and which of its restrictions have to be taken so that nothing
    /// is found; nil for a test of what no search changes.
    public var subject: (directive: String, restrictions: Set<String>)? {
        for row in Catalogue.withExamples.directives {
            guard let test = row.assessments.first(where: { $0.policyField == test }) else {
                continue
            }
            let needed = row.restrictions.filter { restriction in
                let others = row.restrictions.filter {
                    $0.id != restriction.id && !$0.implies.contains(restriction.id)
                }
                let rest = HardeningSubject(
                    Sandbox(), in: .withExamples, dialect: Assessment.dialect
                ).tightened(by: Profile(others.map(\.id), in: .withExamples))
                return test.badness(AnalyzedSandbox(rest, Assessment.dialect)) ?? 0 > 0
            }
            let all = row.restrictions.map(\.id)
            return (row.name, Set(needed.isEmpty ? all : needed.map(\.id)))
        }
        return nil
    }
}

extension Assessment {
    /// Made up: each group that is tested has a call that no other group has, but that
    /// `@system-service` has calls of `@privileged` and of `@resources`, as in systemd: to allow it
    /// alone does not deny those.
    fileprivate static let dialect: Dialect = {
        let groups = table.compactMap { test in
            test.id.firstIndex(of: "@").map { String(test.id[$0...]) }
        }
        var calls = Dictionary(uniqueKeysWithValues: groups.map { ($0, Set(["a call of \($0)"])) })
        calls["@system-service"] = ["a call of @privileged", "a call of @resources"]
        return Dialect(version: .max, calls: calls)
    }()
}
