public import Hardening

extension Exception {
    /// Whether a refused request was for what this exception opens.
    public func covers(_ request: KernelRequest) -> Bool {
        let place = String(value.drop { $0 == "-" }.prefix { $0 != " " })
        if opensPort {
            return request.subject == .call("bind") && place.hasSuffix(":\(request.port ?? 0)")
        }
        guard let path = request.path, request.isRefused else { return false }
        // A name without a directory may be of any place; only EROFS says that it is there.
        if !path.hasPrefix("/") { return request.error == ErrorNumber.erofs.rawValue }
        return Places.isBelow(Places.resolved(path), place)
    }
}
