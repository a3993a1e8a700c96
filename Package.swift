// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The places that are to be mended when an executable is loaded, of which agentd has 139,000, as a bitmap: 26 KB
/// of memory instead of 3.2 MB. Such a program does not start where glibc is older than 2.36, that of Debian 12.
/// And without the table of its functions' names, 3.9 MB of memory: no library looks any up in it. Backtraces read
/// another table, which is only in the file. The linker comes with Swift.
let shipped: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
            "-Xlinker", "--no-export-dynamic",
        ],
        .when(platforms: [.linux], configuration: .release))
]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let metricsTestKit: Target.Dependency = .product(name: "MetricsTestKit", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "agentd",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "agentd", targets: ["agentd"]),
        .executable(name: "agentctl", targets: ["agentctl"]),
        .executable(name: "agentload", targets: ["agentload"]),
        .library(name: "AgentdClient", targets: ["AgentdClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C, fenced: each is imported by those Swift targets alone that scripts/lib/rules.sh names (scripts/check).
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CAgentdProto", dependencies: ["CProtobufC"]),

        // The rooms. Arrows go downwards only.
        .target(name: "AgentdCore", swiftSettings: strict),
        .target(name: "Framing", dependencies: ["AgentdCore"], swiftSettings: strict),
        .target(name: "Messages", dependencies: ["AgentdCore", "CProtobufC", "CAgentdProto"], swiftSettings: strict),
        .target(name: "LoopExecutor", dependencies: [nio], swiftSettings: strict),
        .target(
            name: "Postgres", dependencies: ["CLibPQ", "CLinux", nio, nioPosix, logging, deque], swiftSettings: strict),
        .target(
            name: "Storage", dependencies: ["AgentdCore", "Postgres", logging, crypto],
            resources: [.embedInCode("Migrations")], swiftSettings: strict),
        .target(
            name: "Services", dependencies: ["AgentdCore", "Messages", "Storage", logging, metrics, crypto, jwt],
            swiftSettings: strict),
        .target(
            name: "Listening",
            dependencies: [
                "AgentdCore", "LoopExecutor", "Messages", "Services", nio, nioPosix, nioTLS, nioSSL, logging, metrics,
            ],
            swiftSettings: strict),
        .target(
            name: "FramedListener",
            dependencies: ["AgentdCore", "Framing", "Listening", "Messages", "Services", nio, logging],
            swiftSettings: strict),
        .target(
            name: "GRPCListener",
            dependencies: ["AgentdCore", "CNGHTTP2", "CZlib", "Listening", "Messages", "Services", nio, logging],
            swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: [
                "AgentdCore", "CLinux", "LoopExecutor", "Storage", nio, nioPosix, configuration, logging, lifecycle,
                metrics, coreMetrics, hummingbird, hummingbirdCore,
            ],
            swiftSettings: strict),
        .target(
            name: "AgentdClient",
            dependencies: ["AgentdCore", "Framing", "Messages", crypto, nio, nioPosix, nioTLS, nioSSL, logging],
            swiftSettings: strict),
        .target(
            name: "LoadGenerator",
            dependencies: ["AgentdCore", "AgentdClient", "CNGHTTP2", "Framing", "Messages", nio, histogram, deque],
            swiftSettings: strict),
        .target(name: "ClientOptions", dependencies: ["AgentdClient", argumentParser], swiftSettings: strict),

        // The programs: wiring and commands only.
        .executableTarget(
            name: "agentd",
            dependencies: [
                "AgentdCore", "LoopExecutor", "Postgres", "Storage", "Services", "Listening", "FramedListener",
                "GRPCListener", "Operations", "AgentdClient", "ClientOptions", metrics, nio, nioPosix, logging,
                argumentParser, lifecycle,
            ], swiftSettings: strict, linkerSettings: shipped),
        .executableTarget(
            name: "agentctl", dependencies: ["AgentdCore", "AgentdClient", "ClientOptions", argumentParser],
            swiftSettings: strict, linkerSettings: shipped),

        .executableTarget(
            name: "agentload",
            dependencies: [
                "AgentdCore", "AgentdClient", "ClientOptions", "LoadGenerator", nio, nioPosix, unixSignals,
                argumentParser,
            ],
            swiftSettings: strict, linkerSettings: shipped),

        // The tests: a target a room, and the whole from outside.
        .target(
            name: "TestSupport",
            dependencies: ["AgentdCore", "LoopExecutor", "Postgres", "Storage", nio, nioPosix, logging],
            path: "Tests/TestSupport", swiftSettings: strict),
        .executableTarget(
            name: "InteropServer",
            dependencies: ["AgentdCore", "GRPCListener", "Listening", "Messages", "Services", nioPosix, logging],
            path: "Tests/InteropServer", swiftSettings: strict),
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: [
                "AgentdCore", "Framing", "FramedListener", "GRPCListener", "Listening", "LoopExecutor", "Messages",
                "Operations", "Postgres", "Services", "Storage", crypto, deque, logging, nio, nioEmbedded,
            ],
            path: "Tests/MicroBenchmarks", swiftSettings: strict),
        // Both ends of the framed protocol: the client's and the server's.
        .testTarget(
            name: "FramingTests", dependencies: ["AgentdCore", "FramedListener", "Framing"], swiftSettings: strict),
        .testTarget(
            name: "MessagesTests", dependencies: ["AgentdCore", "Messages", "CAgentdProto", "CProtobufC"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["LoopExecutor", "Postgres", "TestSupport", nio, nioPosix, logging],
            swiftSettings: strict),
        .testTarget(
            name: "StorageTests", dependencies: ["AgentdCore", "Postgres", "Storage", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ConversionTests", dependencies: ["AgentdCore", "Postgres", "Storage", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ServicesTests",
            dependencies: ["AgentdCore", "Messages", "Services", "Storage", crypto, logging, metricsTestKit],
            swiftSettings: strict),
        .testTarget(
            name: "GRPCListenerTests", dependencies: ["AgentdCore", "GRPCListener", "Messages", "Services"],
            swiftSettings: strict),
        .testTarget(
            name: "ListeningTests",
            dependencies: [
                "AgentdCore", "Listening", "Messages", "Services", logging, metricsTestKit, nio, nioEmbedded,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["AgentdCore", "Operations", "Postgres", "Storage", "TestSupport", logging, metrics],
            swiftSettings: strict),
        .testTarget(
            name: "AgentdClientTests",
            dependencies: [
                "AgentdCore", "AgentdClient", "ClientOptions", "Framing", "Messages", "TestSupport", nio, nioPosix,
                nioTLS, nioSSL, logging, argumentParser,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AgentloadTests", dependencies: ["AgentdCore", "LoadGenerator", "Messages", nio],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AgentdCore", "AgentdClient", "Framing", "Messages", "Postgres", "TestSupport", crypto, nio, nioPosix,
                nioSSL, nioHTTP2, nioHPACK, logging,
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
