/// How long programs of a machine wait for its processors, its memory and its disks: the kernel's
/// pressure stall information (Documentation/accounting/psi.rst of Linux).
public struct Pressure: Hashable, Sendable {
    /// In which part of the last ten seconds something waited, 0 to 1: of the three the worst.
    public var lately: Double
    /// How long something has waited since the machine's boot, of the three together.
    public var waited: Duration

    public init(lately: Double, waited: Duration) {
        self.lately = lately
        self.waited = waited
    }

    /// Where nothing ever waits, and where the kernel does not tell.
    public static let none = Pressure(lately: 0, waited: .zero)

    /// - Parameter files: the texts of `/proc/pressure/cpu`, `io` and `memory`, in which `some` is
    ///   the line of those times in which at least one task waited.
    public init(files: [String]) {
        self = .none
        for text in files {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("some ") })
            else { continue }
            for field in line.split(separator: " ") {
                let parts = field.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let value = Double(parts[1]) else { continue }
                if parts[0] == "avg10" { lately = max(lately, value / 100) }
                if parts[0] == "total" { waited += .microseconds(value) }
            }
        }
    }

    /// How much longer than on a quiet machine to wait for a service: 1 to 3 times. The trial so
    /// far tells of a machine that became busy just now, the average of one that is.
    ///
    /// - Parameters:
    ///   - before: when the trial began.
    ///   - time: how long ago that is.
    func patience(since before: Pressure, _ time: Duration) -> Double {
        let sinceThen = time > .zero ? (waited - before.waited) / time : 0
        let share = min(1, max(lately, sinceThen))
        return share <= Self.usual ? 1 : 1 + 2 * (share - Self.usual) / (1 - Self.usual)
    }

    /// So much there is of it where nothing but the trial runs: 0.02 to 0.15 on two processors.
    private static var usual: Double { 0.25 }
}
