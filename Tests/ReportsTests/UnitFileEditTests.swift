import Hardening
import TemperTesting
import Testing

@testable import Reports

/// Settings for a unit file of a source tree.
@Suite("A unit file that gets settings") struct UnitFileEditTests {
    private func edited(_ text: String, _ dropIn: String) -> String? {
        let edit = UnitFileEdit(of: text, adding: DropIn.sections(of: dropIn, over: nil))
        return edit?.lines.compactMap { line in
            switch line {
            case .kept(let text), .added(let text): text
            case .removed: nil
            }
        }.joined(separator: "\n")
    }

    @Test("what they replace is taken out, and they stand at the end of the section")
    func replaces() {
        let unit = """
            [Unit]
            Description=x

            [Service]
            ExecStart=/bin/x \\
              ProtectSystem=no
            # why not
            ProtectSystem=full
            ReadWritePaths=/srv
            CapabilityBoundingSet=CAP_CHOWN \\
            # within
              CAP_KILL
            SystemCallFilter=~@mount

            # of what follows
            [Install]
            WantedBy=multi-user.target
            """
        let dropIn = """
            [Service]
            # a comment
            SystemCallFilter=~@swap
            ReadWritePaths=/var/lib/x
            ProtectSystem=strict
            CapabilityBoundingSet=
            CapabilityBoundingSet=CAP_KILL
            """
        #expect(
            edited(unit, dropIn) == """
                [Unit]
                Description=x

                [Service]
                ExecStart=/bin/x \\
                  ProtectSystem=no
                # why not
                ReadWritePaths=/srv
                # within
                SystemCallFilter=~@mount

                CapabilityBoundingSet=CAP_KILL

                ProtectSystem=strict
                ReadWritePaths=/var/lib/x

                SystemCallFilter=~@swap

                # of what follows
                [Install]
                WantedBy=multi-user.target
                """)
    }

    @Test("what has to be done first is put before the file's own commands, which stay")
    func startCommands() {
        let mine = "ExecStartPre=+/usr/bin/install -m 0644 -o x /dev/null /run/x.pid"
        let dropIn = "[Service]\nPrivateTmp=yes\nExecStartPre=\n\(mine)\nExecStartPre=/old -t\n"
        #expect(
            edited("[Service]\nType=exec\nExecStartPre=/new -t\nExecStart=/x\n", dropIn)
                == "[Service]\nType=exec\n\(mine)\nExecStartPre=/new -t\nExecStart=/x\n\nPrivateTmp=yes"
        )
        #expect(
            edited("[Service]\nExecStart=/x\n", dropIn)
                == "[Service]\nExecStart=/x\n\nPrivateTmp=yes\n\n\(mine)")
        #expect(
            edited("[Service]\n\(mine)\nExecStart=/x\n", dropIn)
                == "[Service]\n\(mine)\nExecStart=/x\n\nPrivateTmp=yes")
    }

    @Test("a list that is emptied for good, and a file that ends in a backslash")
    func edges() {
        #expect(
            edited(
                "[Service]\nCapabilityBoundingSet=CAP_CHOWN\nExecStart=/x \\\n",
                "[Service]\nCapabilityBoundingSet=\n")
                == "[Service]\nExecStart=/x \\\n\nCapabilityBoundingSet=")
    }

    @Test("without a section there is nowhere to put them")
    func noSection() {
        #expect(edited("[Unit]\nDescription=x\n", "[Service]\nPrivateTmp=yes\n") == nil)
        #expect(edited("", "[Service]\nPrivateTmp=yes\n") == nil)
        #expect(
            edited("[Service]", "[Service]\nPrivateTmp=yes\n") == "[Service]\n\nPrivateTmp=yes")
    }

    @Test("whatever the file is like, its other lines stay as they are and in their order")
    func others() throws {
        var generator = SplitMix64(seed: 7)
        let pieces = [
            "[Unit]", "[Service]", "[Install]", "", "# note", "PrivateTmp=no", "ExecStart=/bin/x",
            "ExecStart=/bin/y \\", "ReadWritePaths=/a", "SystemCallFilter=~@swap", "  odd", "=",
        ]
        let dropIn = "[Service]\nPrivateTmp=yes\nSystemCallFilter=\nSystemCallFilter=~@mount\n"
        let sections = DropIn.sections(of: dropIn, over: nil)
        var made = 0
        for _ in 0..<2000 {
            let old = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            let text = old.map { $0 + "\n" }.joined()
            guard let edit = UnitFileEdit(of: text, adding: sections) else {
                // Or only what continues another line.
                #expect(!old.contains("[Service]") || old.contains { $0.hasSuffix("\\") }, "\(old)")
                continue
            }
            made += 1
            let before = edit.lines.compactMap { line in
                switch line {
                case .kept(let text), .removed(let text): text
                case .added: nil
                }
            }
            #expect(before == old)
            #expect(edit.lines.filter { $0 == .added("PrivateTmp=yes") }.count == 1)
            for line in edit.lines {
                guard case .removed(let text) = line else { continue }
                // Or what continues such a line.
                let isOwn = text.hasPrefix("PrivateTmp=") || text.hasPrefix("SystemCallFilter=")
                #expect(isOwn, "\(text) of \(old)")
            }
        }
        #expect(made > 500)
    }
}
