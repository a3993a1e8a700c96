// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
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
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C, fenced: each is imported by exactly one Swift target (scripts/check).
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
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
            name: "Services", dependencies: ["AgentdCore", "Messages", "Storage", logging, crypto, jwt],
            swiftSettings: strict),
        .target(
            name: "FramedListener",
            dependencies: ["AgentdCore", "Framing", "LoopExecutor", "Messages", "Services", nio, nioPosix, logging],
            swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: ["AgentdCore", "LoopExecutor", "Storage", nio, configuration, logging, lifecycle],
            swiftSettings: strict),
        .target(
            name: "AgentdClient", dependencies: ["AgentdCore", "Framing", "Messages", crypto, nio, nioPosix, logging],
            swiftSettings: strict),

        // The programs: wiring and commands only.
        .executableTarget(
            name: "agentd",
            dependencies: [
                "AgentdCore", "LoopExecutor", "Postgres", "Storage", "Services", "FramedListener", "Operations",
                "AgentdClient", nio, nioPosix, logging, argumentParser, lifecycle,
            ], swiftSettings: strict),
        .executableTarget(
            name: "agentctl", dependencies: ["AgentdCore", "AgentdClient", argumentParser], swiftSettings: strict),

        .executableTarget(
            name: "agentload", dependencies: ["AgentdCore", "AgentdClient", argumentParser, histogram],
            swiftSettings: strict),

        // The tests: a target a room, and the whole from outside.
        .target(
            name: "TestSupport",
            dependencies: ["AgentdCore", "LoopExecutor", "Postgres", "Storage", nio, nioPosix, logging],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "FramingTests", dependencies: ["AgentdCore", "Framing"], swiftSettings: strict),
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
            name: "ServicesTests", dependencies: ["AgentdCore", "Messages", "Services", "Storage", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["AgentdCore", "Operations", "Postgres", "Storage", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(
            name: "AgentdClientTests",
            dependencies: ["AgentdCore", "AgentdClient", "Framing", "Messages", nio, nioPosix, logging],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AgentdCore", "AgentdClient", "Framing", "Messages", "Postgres", "TestSupport", crypto, nio, nioPosix,
                logging,
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
