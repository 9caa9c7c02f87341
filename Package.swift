// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "temper",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .target(name: "Hardening"),
        .target(name: "Trials", dependencies: ["Hardening"]),
        .systemLibrary(
            name: "CProbes", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Probes", dependencies: ["Trials", "CProbes"]),
        .target(
            name: "TrialLedger",
            dependencies: [
                "Hardening", "Trials", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
    ])

for target in package.targets where target.type != .system {
    target.swiftSettings = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
}
