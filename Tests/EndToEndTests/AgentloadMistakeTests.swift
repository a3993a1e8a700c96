import Testing

internal import AgentdCore
internal import Foundation
internal import TestSupport

@Suite("agentload's mistakes", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentloadMistakeTests {
    @Test(
        "Wrong arguments are refused with what is right",
        arguments: [
            (["--skew", "pareto"], "uniform"), (["--skew", "zipf:9"], "0.1 to 5"), (["--rate", "0"], "--rate must be"),
            (["--in-flight", "0"], "--in-flight must be"), (["--connections", "0"], "--connections must be"),
            (["--mix", "fruit"], "'get', 'list', 'create', 'update'"), (["--door", "back"], "'framed'"),
            (["--duration", "0"], "--duration must be"), (["--warm-up", "-1"], "--warm-up must be 0 to"),
            (["--in-flight", "-1"], "--in-flight must be 1 to"), (["--tenants", "-1"], "--tenants must be"),
            (["--tenants", "3"], "has 1 keys, fewer than --tenants 3"),
            (["--keys", "/nonexistent"], "--keys: cannot read /nonexistent: No such file or directory"),
            (["--keys", "/dev/null"], "The file /dev/null of --keys has no key"),
            (["--skew", "noisy"], "--skew noisy needs keys of two tenants or more"),
            (["--plot", "/nonexistent/plot.svg"], "/nonexistent/plot.svg of --plot cannot be written"),
            (["--address", "no address"], "\"no address\" is not"), (["--ca", "/nonexistent"], "/nonexistent"),
        ])
    func arguments(arguments: [String], text: String) async throws {
        let world = try World.shared
        try await world.agentload(as: [world.ada], arguments).expectFailure(64, text)
    }

    @Test("Who calls must be said")
    func noKey() async throws {
        let world = try World.shared
        let exit = try await Program.run(
            "agentload", [], environment: ["AGENTD_ADDRESS": world.daemon.address])
        exit.expectFailure(64, "--keys", "AGENTD_TOKEN")
    }

    @Test("Where nobody listens there is no connection", arguments: ["framed", "grpc"])
    func unreachable(door: String) async throws {
        let world = try World.shared
        let port = try UnusedPort()
        let exit = try await world.agentload(
            as: [world.ada], ["--address", "127.0.0.1:\(port.number)", "--door", door])
        exit.expectFailure(69, "annot connect to 127.0.0.1:\(port.number): connection refused")
        #expect(!exit.log.contains("in time"), "\(exit.log)")
        withExtendedLifetime(port) {}
    }

    @Test("A key that is none is refused before the run")
    func badKey() async throws {
        let world = try World.shared
        let nobody = World.Person(id: 0, tenantID: "", key: "agd_nobody")
        try await world.agentload(as: [world.ada, nobody], [])
            .expectFailure(1, "the key of line 2 of ", "/keys: UNAUTHENTICATED")
    }

    @Test("A line of the key file may be a comment, and is counted")
    func comment() async throws {
        let world = try World.shared
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/keys"
            try "# Ada's key, and none\n\(world.ada.key)\n\n  # not a key either\nagd_nobody\n".write(
                toFile: path, atomically: false, encoding: .utf8)
            try await world.agentload(as: [world.ada], ["--keys", path])
                .expectFailure(1, "the key of line 5 of \(path): UNAUTHENTICATED")
        }
    }

    @Test("What can be no key is refused with its line")
    func noKeys() async throws {
        let world = try World.shared
        func run(_ input: String, _ arguments: [String] = []) async throws -> Daemon.Exit {
            try await Program.run(
                "agentload", ["--keys", "-"] + arguments, environment: ["AGENTD_ADDRESS": world.daemon.address],
                input: input)
        }
        try await run("\(world.ada.key)\n\(String(repeating: "k", count: 100_000))\n")
            .expectFailure(64, "--keys: line 2 of standard input is longer than any key")
        try await run("").expectFailure(64, "Standard input of --keys has no key")
        // The mark with which some editors begin a file is no part of the key.
        try await run("\u{FEFF}\(world.ada.key)\nagd_nobody\n")
            .expectFailure(1, "the key of line 2 of standard input: UNAUTHENTICATED")
    }

    @Test("Noise needs others beside it")
    func noiseAlone() async throws {
        let world = try World.shared
        try await world.agentload(as: [world.ada, world.ada], ["--skew", "noisy", "--mix", "update"])
            .expectFailure(1, "--skew noisy needs keys of other tenants")
        try await world.agentload(as: [world.ada, world.carol], ["--skew", "noisy", "--tenants", "1"])
            .expectFailure(64, "--skew noisy needs --tenants 2 or more")
    }

    @Test("Two keys of one tenant are told of")
    func sameTenant() async throws {
        let world = try World.shared
        let exit = try await world.agentload(
            as: [world.ada, world.ada], ["--mix", "update", "--duration", "0.2", "--warm-up", "0"])
        #expect(exit.code == 0)
        #expect(exit.log.contains("line 2 of ") && exit.log.contains("is of the same tenant as line 1 of "), "\(exit)")
    }

    @Test("A run that is not made leaves the plot of an earlier one as it was, and no empty one")
    func plotStays() async throws {
        let world = try World.shared
        let nobody = World.Person(id: 0, tenantID: "", key: "agd_nobody")
        try await TemporaryFolder.with { folder in
            let (old, new) = ("\(folder)/old.svg", "\(folder)/new.svg")
            try "precious".write(toFile: old, atomically: false, encoding: .utf8)
            for plot in [old, new] {
                try await world.agentload(as: [nobody], ["--plot", plot]).expectFailure(1, "UNAUTHENTICATED")
            }
            #expect(try String(contentsOfFile: old, encoding: .utf8) == "precious")
            #expect(!FileManager.default.fileExists(atPath: new))
        }
    }

    @Test("What was measured and cannot be written is no success")
    func lostPlot() async throws {
        let world = try World.shared
        let arguments = ["--mix", "list", "--duration", "0.2", "--warm-up", "0", "--plot", "/dev/full"]
        try await world.agentload(as: [world.ada], arguments)
            .expectFailure(74, "the file /dev/full of --plot cannot be written")
    }

    @Test("What has no agent is named, and another tenant does not make the noise in its place")
    func keysLeftOut() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            let arguments = ["--mix", "get", "--duration", "0.2", "--warm-up", "0"]
            let exit = try await world.agentload(as: [world.ada, world.carol], arguments)
            #expect(try exit.loadReport().tenants == 1)
            #expect(exit.log.contains("line 2 of ") && exit.log.contains("left out: no agents to read"), "\(exit.log)")
            try await world.agentload(as: [world.carol, world.ada], arguments + ["--skew", "noisy"])
                .expectFailure(1, "line 1 of ", "is to make the noise")
        }
    }

    @Test("A tenant that may have no further agents is told of at once, and asked once")
    func fullTenant() async throws {
        try await World.with { world in
            try await world.limitAcme("max_agents") { $0.maxAgents = 1 }
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("the only one") }
            try await world.agentload(as: [world.bob], ["--mix", "update"])
                .expectFailure(1, "the key of line 1 of ", "RESOURCE_EXHAUSTED (QUOTA_AGENTS)")
            let refused = try await world.daemon.metrics()
                .filter { $0.key.contains("CreateAgent") && $0.key.contains(#"grpc_code="ResourceExhausted""#) }
            #expect(refused.values.reduce(0, +) == 1, "\(refused)")
        }
    }

    @Test("Keys without agents have nothing to be read")
    func nothingToRead() async throws {
        let world = try World.shared
        try await world.agentload(as: [world.bob], ["--mix", "get"])
            .expectFailure(1, "none of the keys has an agent to read", "agentctl agents create")
    }

    @Test(
        "More calls in flight than the daemon takes on a connection need more connections",
        arguments: ["framed", "grpc"])
    func tooManyInFlight(door: String) async throws {
        let world = try World.shared
        try await world.agentload(as: [world.ada], ["--mix", "list", "--door", door, "--in-flight", "3000"])
            .expectFailure(1, "the daemon takes 1024 calls in flight on a connection: use --connections 3")
    }
}
