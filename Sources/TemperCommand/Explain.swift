import ArgumentParser
import Hardening

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a directive of the catalogue: effect, values, what usually breaks.")

    @Argument(help: "A directive, such as ProtectSystem; none to list all.")
    var directive: String?

    func run() throws {
        let catalogue = Catalogue.standard
        guard let directive else {
            let width = catalogue.directives.map(\.name.count).max() ?? 0
            for row in catalogue.directives {
                let gap = String(repeating: " ", count: width - row.name.count)
                Terminal.print("\(row.name)\(gap)  \(row.effect)\n")
            }
            return
        }
        let name = String(directive.prefix { $0 != "=" })
        guard let row = catalogue.directive(name) else {
            throw Failure.usage(
                "\(name) is not in the catalogue; `temper explain` lists what is")
        }
        var lines = [
            "\(row.name)=  (\(row.manual), since systemd \(row.introduced))", "",
            "  \(row.effect)", "  Breaks: \(row.breaks).", "",
        ]
        let width = row.restrictions.map(\.id.count).max() ?? 0
        for restriction in row.restrictions {
            var notes: [String] = []
            if restriction.introduced > row.introduced {
                notes.append("since systemd \(restriction.introduced)")
            }
            let others = restriction.implies.filter { catalogue[$0]?.directive != row.name }
            if !others.isEmpty {
                notes.append("contains \(others.sorted().joined(separator: ", "))")
            }
            notes += restriction.needs.map(\.cure).sorted()
            if let held = restriction.heldBack { notes.append("not tried by itself: \(held)") }
            let gap = String(repeating: " ", count: width - restriction.id.count)
            lines.append(
                "  \(restriction.id)\(notes.isEmpty ? "" : gap)  \(notes.joined(separator: "; "))")
        }
        Terminal.print(lines.joined(separator: "\n") + "\n")
    }
}
