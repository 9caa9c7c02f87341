extension DeniedRequest {
    /// What was to be done, in few words; nil where nothing says it.
    var deed: String? {
        switch (call, port, path) {
        case ("bind"?, let port?, _): "binds port \(port)"
        case ("connect"?, let port?, _): "connects to port \(port)"
        case (_, _, let path?) where isWriting: "writes \(path)"
        default: nil
        }
    }

    /// The same where nothing else tells of it: at least the call.
    var words: String? {
        deed ?? family.map { _ in "makes such sockets" } ?? path.map { "uses \($0)" }
            ?? call.map { "calls \($0)" }
    }
}
