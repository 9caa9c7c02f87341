import Testing

@testable import Hardening

@Suite("Catalogue") struct CatalogueTests {
    let catalogue = Catalogue.standard

    @Test("names and ids are unique, and an id begins with its directive")
    func ids() {
        let names = catalogue.directives.map(\.name)
        #expect(Set(names).count == names.count)
        let ids = catalogue.restrictions.map(\.id)
        #expect(Set(ids).count == ids.count)
        for directive in catalogue.directives {
            for restriction in directive.restrictions {
                #expect(restriction.directive == directive.name)
                #expect(restriction.id.hasPrefix("\(directive.name)="))
            }
        }
    }

    @Test("every directive says in one line each what it does, what breaks and where it is written")
    func texts() {
        for directive in catalogue.directives {
            #expect(!directive.restrictions.isEmpty, "\(directive.name)")
            #expect(directive.effect.hasSuffix("."), "\(directive.name)")
            #expect(directive.effect.count <= 98, "\(directive.name)")
            #expect(!directive.breaks.isEmpty && !directive.breaks.hasSuffix("."))
            for text in [directive.effect, directive.breaks] { #expect(!text.contains("\n")) }
            #expect(
                ["systemd.exec(5)", "systemd.service(5)", "systemd.resource-control(5)"]
                    .contains(directive.manual))
        }
    }

    @Test("no restriction is older than its directive, and none newer than we know")
    func versions() {
        for directive in catalogue.directives {
            #expect((183...262).contains(directive.introduced), "\(directive.name)")
            for restriction in directive.restrictions where restriction.introduced > 0 {
                #expect(restriction.introduced >= directive.introduced, "\(restriction.id)")
                #expect(restriction.introduced <= 262, "\(restriction.id)")
            }
        }
    }

    @Test("implications exist, have no cycles and are complete")
    func implications() {
        for restriction in catalogue.restrictions {
            #expect(!restriction.implies.contains(restriction.id), "\(restriction.id)")
            for id in restriction.implies {
                guard let implied = catalogue[id] else {
                    Issue.record("\(restriction.id) implies \(id), which is not there")
                    continue
                }
                #expect(implied.implies.isSubset(of: restriction.implies), "\(restriction.id)")
            }
        }
    }

    @Test("a change of meaning that depends on a restriction names one, and advice names settings")
    func namedElsewhere() {
        let all = Catalogue.withExamples
        for change in all.directives.flatMap(\.meaningChanges) {
            if let id = change.unless { #expect(all[id] != nil, "\(id)") }
        }
        // Of no row: a directory that systemd makes, and what stays runnable beside NoExecPaths=.
        let besides: Set = ["ExecPaths", "RuntimeDirectory"]
        var named = 0
        for restriction in all.restrictions {
            for line in restriction.remedy?.settings ?? [] {
                let name = String(line.prefix { $0 != "=" })
                #expect(DirectiveName(rawValue: name) != nil || besides.contains(name), "\(line)")
                named += 1
            }
        }
        #expect(named > 10)
    }

    @Test("what is held back is not taken by way of something else")
    func heldBack() {
        for restriction in catalogue.restrictions where restriction.heldBack == nil {
            for id in restriction.implies { #expect(catalogue[id]?.heldBack == nil, "\(id)") }
        }
    }

    @Test("what systemd adds to a restriction is among its implications")
    func implied() {
        let dialect = Dialect.withSmallGroups
        let bare = HardeningSubject(
            Sandbox(["SystemCallErrorNumber": .kill]), dialect: dialect)
        for restriction in catalogue.restrictions {
            let alone = bare.under(Profile(recorded: [restriction.id]))
            let loaded = HardeningSubject(
                alone.sandbox.withImplied(by: dialect), dialect: dialect)
            let closed = bare.under(Profile([restriction.id], in: catalogue))
            for other in catalogue.restrictions
            where loaded.already(has: other)
                && !alone.already(has: other)
                // A user that is made for the service has these with no say of ours.
                && !["RemoveIPC=yes", "PrivateTmp=disconnected"].contains(other.id)
            {
                #expect(
                    closed.already(has: other),
                    "\(restriction.id) brings \(other.id)")
            }
        }
    }

    @Test("a weaker step of a ladder is implied by every stricter one that can be taken")
    func ladders() {
        for directive in catalogue.directives {
            let steps = directive.restrictions.compactMap { step -> (Restriction, Int)? in
                guard case .climb(let value, let order) = step.change else { return nil }
                guard let place = order.firstIndex(of: value) else {
                    Issue.record("\(step.id) is not in its own order")
                    return nil
                }
                return (step, place)
            }
            for (weak, low) in steps where weak.heldBack == nil {
                for (strict, high) in steps where high > low {
                    #expect(strict.implies.contains(weak.id), "\(strict.id)")
                }
            }
        }
    }

    @Test("rates are probabilities, and each family of rates has a restriction")
    func priors() {
        for restriction in catalogue.restrictions {
            #expect((0...1).contains(restriction.prior.whenHot), "\(restriction.id)")
            #expect((0...1).contains(restriction.prior.whenCold), "\(restriction.id)")
        }
        let families = Set(catalogue.restrictions.map(\.prior.family))
        for (family, rate) in Catalogue.familyRates {
            #expect(families.contains(family), "\(family)")
            #expect((0...1).contains(rate))
        }
    }
}

extension Remedy {
    fileprivate var settings: [String] {
        switch self {
        case .always(_, let settings): settings
        case .forPath(_, let settings, let reading, _): settings + (reading ?? [])
        case .forTunable, .leaveWritable, .forCall: []
        }
    }
}
