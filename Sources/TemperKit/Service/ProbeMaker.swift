import Probes
import Systemd
import Trials

/// Makes the probes that the user asked for, placed where a client of the service would stand.
struct ProbeMaker {
    let machine: Machine
    /// Who runs commands; nil for whoever the manager is.
    var user: String?

    func probes(for requests: [ProbeRequest]) throws(TemperError) -> [any Probe] {
        let place: NetworkPlace
        do { place = try NetworkPlace(namespace: machine.network) } catch {
            throw .experiment(error.description)
        }
        return requests.map { request in
            switch request {
            case .command(let command): CommandProbe(command: command, on: machine, as: user)
            case .http(let url, let text): HTTPProbe(url: url, bodyContains: text, from: place)
            case .tcp(let address): TCPProbe(address: address, from: place)
            case .unixSocket(let path):
                UnixSocketProbe(path: path, root: machine.root, from: place)
            case .footprint: FootprintProbe()
            case .busName(let name): BusNameProbe(busName: name, on: machine)
            }
        }
    }
}
