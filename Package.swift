// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "temper",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Pure: no I/O, no clock, no Foundation.
        .target(name: "Hardening"),
        .target(name: "Bisection"),
        .target(name: "Trials", dependencies: ["Hardening", "Bisection"]),

        // Each knows one outside thing.
        .systemLibrary(
            name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "SystemdBus", dependencies: ["CSystemd"]),
        .target(
            name: "Systemd", dependencies: ["Hardening", "Trials", "SystemdBus", "CSystemd"]),
        .systemLibrary(
            name: "CProbes", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Probes", dependencies: ["Trials", "CProbes"]),
        .target(
            name: "TrialLedger",
            dependencies: ["Hardening", "Trials", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "CLab", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "Lab", dependencies: ["CLab"]),
        .target(name: "Reports", dependencies: ["Hardening", "Trials"]),

        .target(
            name: "TemperCommand",
            dependencies: [
                "Hardening", "Bisection", "Trials", "SystemdBus", "Systemd", "Probes",
                "TrialLedger", "Lab", "Reports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "temper", dependencies: ["TemperCommand"]),

        // Simulated services, fakes and the contracts that fakes and the real thing obey.
        .target(name: "TemperTesting", dependencies: ["Hardening", "Bisection", "Trials"]),
        .target(
            name: "Fixtures", dependencies: ["Lab", "Systemd", "SystemdBus"],
            path: "Tests/Fixtures"),
        .testTarget(name: "HardeningTests", dependencies: ["Hardening", "TemperTesting"]),
        .testTarget(
            name: "SystemdTests",
            dependencies: [
                "Hardening", "Systemd", "SystemdBus", "Lab", "Fixtures", "TemperTesting",
            ]),
        .testTarget(
            name: "TrialsTests",
            dependencies: ["Hardening", "Bisection", "Trials", "TemperTesting", "TrialLedger"]),
    ])

for target in package.targets where target.type != .system {
    target.swiftSettings = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
}
