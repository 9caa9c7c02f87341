// swift-tools-version: 6.2
import PackageDescription

// What is built cannot tell by itself which commit it is of: whoever packages it says so.
let commit = Context.environment["TEMPER_COMMIT"]

let package = Package(
    name: "temper",
    products: [
        .executable(name: "temper", targets: ["temper"]),
        .library(
            name: "Temper",
            targets: [
                "Hardening", "Bisection", "Trials", "SystemdBus", "Systemd", "Probes",
                "TrialLedger", "Lab", "Reports", "KernelWatch", "TemperKit", "WaysOut",
            ]),
    ],
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
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "Linux", dependencies: ["CLinux"]),
        .systemLibrary(
            name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "SystemdBus", dependencies: ["Linux", "CSystemd"]),
        // What an intruder could still do from where a service is confined to, and the program that
        // tries it.
        .target(name: "WaysOut", dependencies: ["CProgram"]),
        .target(
            name: "Systemd",
            dependencies: ["Hardening", "Trials", "Linux", "SystemdBus", "CSystemd", "WaysOut"]),
        .systemLibrary(
            name: "CProbes", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Probes", dependencies: ["Trials", "Linux", "CProbes"]),
        .target(
            name: "TrialLedger",
            dependencies: ["Hardening", "Trials", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "CKernelWatch", cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("seccomp")]),
        .target(name: "KernelWatch", dependencies: ["Hardening", "Trials", "CKernelWatch"]),
        // Programs of one function, made on the spot.
        .target(name: "CProgram", cSettings: [.define("_GNU_SOURCE")]),
        .target(
            name: "CLab", dependencies: ["CProgram"], cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("seccomp")]),
        .target(name: "Lab", dependencies: ["Linux", "SystemdBus", "CLab"]),
        .target(name: "Reports", dependencies: ["Hardening", "Trials", "WaysOut"]),

        .target(
            name: "CBuild",
            cSettings: commit.map { [.define("TEMPER_COMMIT", to: "\"\($0)\"")] }),
        // The product: harden, check, apply, revert, examine.
        .target(
            name: "TemperKit",
            dependencies: [
                "Hardening", "Bisection", "Trials", "Linux", "SystemdBus", "Systemd", "Probes",
                "TrialLedger", "Lab", "Reports", "KernelWatch", "WaysOut", "CBuild",
            ]),
        // Options, terminal, progress on screen, exit status.
        .target(
            name: "TemperCommand",
            dependencies: [
                "TemperKit", "Hardening", "Trials", "Linux", "Systemd", "TrialLedger", "Lab",
                "Reports", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "temper", dependencies: ["TemperCommand"]),

        .executableTarget(
            name: "temper-benchmark",
            dependencies: [
                "Hardening", "Bisection", "Trials", "SystemdBus", "Systemd", "Probes", "Lab",
                "Reports", "TemperKit", "TemperTesting", "TrialLedger", "KernelWatch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Sources/TemperBenchmark"),

        // Simulated services, fakes and the contracts that fakes and the real thing obey.
        .target(name: "TemperTesting", dependencies: ["Hardening", "Bisection", "Trials"]),
        .target(
            name: "Fixtures",
            dependencies: ["Hardening", "Trials", "Lab", "Systemd", "SystemdBus"],
            path: "Tests/Fixtures"),
        .executableTarget(
            name: "temper-example",
            dependencies: ["Hardening", "Trials", "Systemd", "Probes", "Lab", "TemperKit"],
            path: "Examples/Library"),
        // A process that boots a lab and is killed by the tests while it does.
        .executableTarget(name: "lab-victim", dependencies: ["Lab"], path: "Tests/lab-victim"),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
        .testTarget(name: "LabTests", dependencies: ["Lab", "lab-victim"]),
        // What root in a lab reaches of the machine: row by row.
        .testTarget(name: "ContainmentTests", dependencies: ["Lab", "SystemdBus", "Fixtures"]),
        // What a canary finds of a service's sandbox: row by row.
        .testTarget(
            name: "WaysOutTests",
            dependencies: ["Hardening", "Lab", "Systemd", "SystemdBus", "WaysOut", "Fixtures"]),
        .testTarget(
            name: "KernelWatchTests",
            dependencies: ["KernelWatch", "Hardening", "Trials", "Systemd", "Lab", "Fixtures"]),
        // The schemas of what is printed as JSON, and what is printed held against them.
        .target(name: "PublishedSchemas", path: "Tests/PublishedSchemas"),
        // The layers, and the documents held against the program.
        .testTarget(
            name: "ArchitectureTests",
            dependencies: [
                "PublishedSchemas", "TemperCommand",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Reports", "Hardening", "Trials", "WaysOut", "PublishedSchemas", "TemperTesting",
            ]),
        .testTarget(name: "BisectionTests", dependencies: ["Bisection", "TemperTesting"]),
        .testTarget(
            name: "HardeningTests",
            dependencies: ["Hardening", "TemperTesting"]),
        .target(
            name: "BusFixtures", dependencies: ["SystemdBus", "CSystemd", "Lab", "Fixtures"],
            path: "Tests/BusFixtures"),
        .testTarget(
            name: "SystemdBusTests",
            dependencies: ["Linux", "SystemdBus", "CSystemd", "BusFixtures", "TemperTesting"]),
        .testTarget(
            name: "SystemdTests",
            dependencies: [
                "Hardening", "Trials", "Linux", "Systemd", "SystemdBus", "Lab", "Fixtures",
                "BusFixtures",
                "TemperTesting",
            ],
            exclude: ["Copy/Recorded"]),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "Hardening", "Trials", "Systemd", "SystemdBus", "Lab", "Reports", "Fixtures",
                "PublishedSchemas", "temper",
            ]),
        .testTarget(
            name: "TrialsTests",
            dependencies: ["Hardening", "Bisection", "Trials", "TemperTesting", "TrialLedger"]),
        // A process that runs a campaign and is killed by the tests while it does.
        .executableTarget(
            name: "campaign-victim", dependencies: ["TemperTesting", "Trials", "TrialLedger"],
            path: "Tests/campaign-victim"),
        .testTarget(
            name: "TrialLedgerTests",
            dependencies: [
                "Hardening", "Trials", "TrialLedger", "TemperTesting", "Fixtures",
                "campaign-victim",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "ProbesTests",
            dependencies: ["Trials", "Probes", "CProbes", "Lab", "TemperTesting", "Fixtures"]),
        .testTarget(
            name: "SystemdTrialTests",
            dependencies: [
                "Hardening", "Trials", "Systemd", "SystemdBus", "Lab", "TemperTesting", "Fixtures",
            ]),
        .testTarget(
            name: "PlantedFaultsTests",
            dependencies: ["Hardening", "Trials", "Systemd", "KernelWatch", "Lab", "Fixtures"]),
        // The end of --apply by itself, and a process that does it and is killed meanwhile.
        .target(
            name: "ApplyFixture",
            dependencies: [
                "Hardening", "Trials", "SystemdBus", "Systemd", "Lab", "Reports", "TemperKit",
            ], path: "Tests/ApplyFixture"),
        .executableTarget(
            name: "apply-victim", dependencies: ["ApplyFixture", "TemperCommand", "TemperKit"],
            path: "Tests/apply-victim"),
        .testTarget(
            name: "SafetyTests",
            dependencies: [
                "Hardening", "Trials", "SystemdBus", "Systemd", "TrialLedger", "Lab", "Reports",
                "TemperCommand", "TemperKit", "TemperTesting", "Fixtures", "ApplyFixture",
                "apply-victim",
            ]),
        // A process that hardens a service of a machine in use and is killed by the tests.
        .executableTarget(
            name: "live-victim",
            dependencies: ["Lab", "SystemdBus", "TemperCommand", "TemperKit", "Trials"],
            path: "Tests/live-victim"),
        .testTarget(
            name: "LiveTests",
            dependencies: [
                "Lab", "Systemd", "SystemdBus", "Reports", "Trials", "Fixtures", "TemperTesting",
                "live-victim", "temper",
            ]),
        // What a command says to bad words, without a lab.
        .testTarget(
            name: "TemperCommandTests",
            dependencies: [
                "Fixtures", "Hardening", "Reports", "Systemd", "TemperKit", "TrialLedger", "Trials",
                "temper",
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Hardening", "Lab", "Reports", "Fixtures", "TemperTesting", "PublishedSchemas",
                "temper", "temper-benchmark", "temper-example",
            ], exclude: ["Records"]),
    ])

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
}

// Where the tests are run, what thousands of simulated campaigns spend their time in is compiled as
// in a release: they take a quarter of the time. Not otherwise: a package with such flags cannot be
// depended on, and what is optimized cannot be debugged.
if Context.environment["TEMPER_FAST_TESTS"] != nil {
    let computing: Set = ["Hardening", "Bisection", "Trials", "TemperTesting"]
    for target in package.targets where computing.contains(target.name) {
        target.swiftSettings? += [
            .unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))
        ]
    }
}
