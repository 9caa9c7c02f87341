// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "temper",
    targets: [
        .target(name: "Hardening")
    ])

for target in package.targets where target.type != .system {
    target.swiftSettings = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
}
