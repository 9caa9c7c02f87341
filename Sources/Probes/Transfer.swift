import CProbes

/// One libcurl transfer with a hard deadline, made for asking a service once: no connection is
/// kept, no proxy of the environment is used, no signal is raised.
struct Transfer {
    enum Outcome: Sendable {
        case response(status: Int, body: String)
        case connected
        case failed(String)
    }

    /// How much of a body is kept for matching, in bytes.
    static let bodyLimit = 256 * 1024

    let url: String
    var unixSocket: String?
    /// Only connect, send nothing.
    var connectOnly = false

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// Blocks for at most `milliseconds`.
    func run(milliseconds: Int) -> Outcome {
        guard Transfer.isReady, let handle = curl_easy_init() else {
            return .failed("libcurl cannot be started")
        }
        defer { curl_easy_cleanup(handle) }
        let body = Body()
        temper_curl_set_string(handle, CURLOPT_URL, url)
        temper_curl_set_string(handle, CURLOPT_PROXY, "")
        temper_curl_set_string(handle, CURLOPT_USERAGENT, "temper")
        temper_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        temper_curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, milliseconds))
        // The service may well have a certificate for another name, or one of its own: the
        // probe asks whether it works, not who it is.
        temper_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
        temper_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
        temper_curl_set_long(handle, CURLOPT_CONNECT_ONLY, connectOnly ? 1 : 0)
        if let unixSocket {
            temper_curl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, unixSocket)
        }
        temper_curl_set_write(handle, Body.write, Unmanaged.passUnretained(body).toOpaque())
        let code = withExtendedLifetime(body) { curl_easy_perform(handle) }
        guard code == CURLE_OK else { return .failed(Transfer.reason(code)) }
        if connectOnly { return .connected }
        return .response(
            status: temper_curl_response_code(handle),
            body: String(decoding: body.bytes, as: UTF8.self))
    }

    private static func reason(_ code: CURLcode) -> String {
        switch code {
        case CURLE_COULDNT_CONNECT: "connection refused"
        case CURLE_OPERATION_TIMEDOUT: "no answer in time"
        case CURLE_COULDNT_RESOLVE_HOST: "its host name cannot be resolved"
        case CURLE_GOT_NOTHING: "connection closed without an answer"
        default: String(cString: curl_easy_strerror(code)).lowercased()
        }
    }

    private final class Body {
        var bytes: [UInt8] = []

        static let write: temper_curl_write = { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            let room = max(0, Transfer.bodyLimit - body.bytes.count)
            let raw = UnsafeRawBufferPointer(start: bytes, count: min(room, size * count))
            body.bytes.append(contentsOf: raw)
            return size * count
        }
    }
}
