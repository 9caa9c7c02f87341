/// A service with one need, and the restriction that must not be taken because of it.
struct PlantedFault: Sendable {
    let name: String
    /// What is wrong with it, as a person would tell it.
    let story: String
    let restrictions: [String]
    let expectation: Expectation
    /// Perl: what the server does when.
    var acts = ""
    /// Lines of its `[Service]` section beside the usual.
    var settings: [String] = []
    /// Put before what the usual probe asks.
    var probe = ""
    /// Whether nothing but the kernel and its neighbours notice: what is granted is looked at.
    var isSilent = false

    enum Expectation: Sendable {
        /// The trial fails, and its reason has one of these words.
        case refused([String])
        /// The trial passes and is called suspicious, with these words.
        case flagged(String)
    }

    var unit: String {
        let reload = settings.contains { $0.hasPrefix("ExecReload=") }
        return
            (["[Service]", "Type=exec", "ExecStart=/usr/bin/perl /srv/serve.pl \(name)"]
            + (reload ? [] : ["ExecReload=/bin/kill -HUP $MAINPID"]) + settings)
            .joined(separator: "\n") + "\n"
    }

    var command: String { "perl /srv/ask.pl" + (probe.isEmpty ? "" : " && \(probe)") }
}
