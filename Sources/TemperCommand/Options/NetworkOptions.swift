import ArgumentParser
import Lab

/// What a lab is connected with.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The lab's network: a neighbour that takes whatever is sent to anybody and knows every "
                + "name (world, the default), only loopback (none), or this machine's, by pasta of "
                + "the package passt (host).", valueName: "none|world|host"),
        transform: named)
    var network: LabNetwork?

    private static func named(_ text: String) throws -> LabNetwork {
        guard let network = LabNetwork(rawValue: text) else {
            throw ValidationError("'\(text)' is no network: give none, world or host")
        }
        return network
    }
}
