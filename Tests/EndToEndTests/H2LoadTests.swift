import Testing

internal import Foundation
internal import Messages
internal import TestSupport

/// h2load of nghttp2: a client of HTTP/2 that knows nothing of gRPC.
@Suite("h2load", .timeLimit(.minutes(1)))
struct H2LoadTests {
    private static let requests = 4_000

    @Test("Thousands of recorded requests on a few connections are all answered", arguments: [1, 32])
    func getAgent(streams: Int) async throws {
        try await World.with { world in
            let (request, answer) = try await Self.record(world)
            try await TemporaryFolder.with { folder in
                let body = RawConnection.framed(request)
                try Data(body).write(to: URL(filePath: "\(folder)/body"))
                let exit = try await Program.run(
                    "/usr/bin/h2load",
                    [
                        "--requests=\(Self.requests)", "--clients=4", "--max-concurrent-streams=\(streams)",
                        "--data=\(folder)/body", "--header=content-type: application/grpc", "--header=te: trailers",
                        "--header=authorization: Bearer \(world.ada.key)",
                        "http://\(world.daemon.address)/agentd.v1.AgentService/GetAgent",
                    ])
                #expect(exit.code == 0, "\(exit.log)")
                let lines = exit.output.split(separator: "\n")
                for line in [
                    "requests: \(Self.requests) total, \(Self.requests) started, \(Self.requests) done, "
                        + "\(Self.requests) succeeded, 0 failed, 0 errored, 0 timeout",
                    "status codes: \(Self.requests) 2xx, 0 3xx, 0 4xx, 0 5xx",
                ] { #expect(lines.contains(Substring(line)), "\(exit.output)") }
                // HTTP knows nothing of gRPC's errors, which come without a message.
                let traffic = lines.first { $0.hasPrefix("traffic: ") }
                let expected = "(\(Self.requests * RawConnection.framed(answer).count)) data"
                #expect(traffic?.hasSuffix(expected) == true, "\(exit.output)")
            }
        }
    }

    /// A message that asks for an agent, and the one that answers it.
    private static func record(_ world: World) async throws -> (request: [UInt8], answer: [UInt8]) {
        try await world.speak(as: world.ada) { ada in
            let agent = try await ada.createAgent("a")
            let request = GetAgentRequest(id: agent.id)
            let answer = try await ada.send("AgentService/GetAgent", request)
            return (request.encoded(), answer.message)
        }
    }
}
