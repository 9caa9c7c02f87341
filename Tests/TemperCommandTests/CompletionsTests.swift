import Fixtures
import Foundation
import Hardening
import Testing
import TrialLedger
import Trials

/// Each shell loads the script that temper makes for it, and is asked what it offers.
@Suite("Shells complete what temper knows", .timeLimit(.minutes(2)))
struct CompletionsTests {
    enum Shell: String, CaseIterable {
        case bash, zsh, fish

        /// The shell with no file of the user's, and a script that is given the line and the word that
        /// is to be offered.
        fileprivate var command: [String] {
            switch self {
            case .bash:
                [
                    "bash", "-c",
                    #"""
                    . ./_temper
                    read -ra COMP_WORDS <<<"$1"
                    if [[ $1 == *' ' ]]; then COMP_WORDS+=(''); fi
                    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
                    _temper temper "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
                    printf '%s\n' "${COMPREPLY[@]}"
                    """#, "bash",
                ]
            case .zsh:
                Shell.atTerminal(
                    "zsh -f -i",
                    "stty columns 500; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; "
                        + "bindkey '^I' complete-word; PS1=REA''DY")
            case .fish:
                Shell.atTerminal(
                    "fish --no-config -i",
                    "stty columns 500; source _temper; function fish_prompt; echo REA''DY; end")
            }
        }

        /// It asks temper only where somebody types: zsh has a terminal for that.
        private static func atTerminal(_ shell: String, _ preparation: String) -> [String] {
            [
                "zsh", "-f", "-c",
                #"""
                zmodload zsh/zpty
                zpty shell $1
                zpty -w shell $2
                zpty -r shell output '*READY*'
                zpty -w -n shell $3$'\t'
                zpty -r -m shell output "*$4*" && print -r -- $4
                zpty -d shell
                """#, "zsh", shell, preparation,
            ]
        }
    }

    private static func withRecord(_ body: (_ state: String) async throws -> Void) async throws {
        let place = NSTemporaryDirectory() + "temper-shells-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let store = try TrialStore(directory: place)
        _ = try store.campaign(unit: "other.service", fingerprint: "f", now: 1)
        let campaign = try store.campaign(unit: "small.service", fingerprint: "f", now: 1)
        for number in [5, 416] {
            try campaign.record(
                Trial(
                    number: number, purpose: "x", profile: .unrestricted, began: 7,
                    microseconds: Trial.Timing(), observations: [], baseline: .unknown))
        }
        try await body(place)
    }

    @Test("a command, a directive, a unit and a trial on record", arguments: Shell.allCases)
    func words(shell: Shell) async throws {
        try await Self.withRecord { state in
            let temper = BuiltProduct("temper")
            let script = try await temper.run(["--generate-completion-script", shell.rawValue])
            try script.output.write(
                toFile: state + "/_temper", atomically: true, encoding: .utf8)
            let products = URL(fileURLWithPath: temper.path).deletingLastPathComponent().path
            for (line, word) in [
                ("temper har", "harden"), ("temper explain ProtectSy", "ProtectSystem"),
                ("temper history --state-dir \(state) sma", "small.service"),
                ("temper explain --state-dir \(state) --unit small.service 41", "416"),
                ("temper report small --state-dir \(state) --campaign ", "2"),
            ] where shell == .bash || !line.hasSuffix(" ") {
                let report = try await runProgram(
                    "/usr/bin/env",
                    ["-C", state, "PATH=\(products):/usr/bin:/bin", "TERM=dumb", "timeout", "30"]
                        + shell.command
                        + [line, word])
                let offered = report.output.split(separator: "\n").map {
                    $0.prefix { $0 != "\t" }
                }
                #expect(offered == [Substring(word)], "\(line): \(report.output) \(report.errors)")
            }
        }
    }
}
