import Bisection

/// How long the search thinks; not part of the report, which is the same on every machine.
struct Speed {
    /// Milliseconds from an answer to the next question, over whole campaigns.
    private(set) var mean = 0.0
    /// All but one in a hundred are faster; the machine has other things to do as well.
    private(set) var slowest = 0.0

    init(_ kind: ServiceClass, options: Options) {
        let space = kind.catalogue.space(.rates)
        let clock = ContinuousClock()
        var times: [Double] = []
        for instance in kind.instances.prefix(20) {
            var service = PlantedService(instance, seed: 0)
            var search = Search(space, options: options)
            var round = search.nextRound()
            while case .ask(let questions) = round {
                let passes = service.passes(questions[0].configuration)
                let time = clock.measure {
                    search.learn(passes ? .passed : .failed, to: questions[0])
                    round = search.nextRound()
                }
                times.append(Double(time.components.attoseconds) / 1e15)
            }
        }
        times.sort()
        guard !times.isEmpty else { return }
        mean = times.reduce(0, +) / Double(times.count)
        slowest = times[times.count * 99 / 100]
    }
}
