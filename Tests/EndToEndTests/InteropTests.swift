import Testing

internal import Foundation
internal import TestSupport

/// The official interoperability cases of gRPC, with grpcio against a test service on this door.
///
/// <https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md>
@Suite("gRPC interoperability", .timeLimit(.minutes(2)))
struct InteropTests {
    @Test("The cases that apply pass with a client of other hands")
    func cases() async throws {
        let server = try Program.start("InteropServer", [])
        do {
            let address = try await Self.address(of: server)
            try await PythonCases.run(
                "interop.py",
                cases: [
                    "empty unary", "large unary", "server streaming", "ping pong", "empty stream", "custom metadata",
                    "status code and message", "special status message", "unimplemented method",
                    "unimplemented service", "cancel after begin", "cancel after first response",
                    "timeout on sleeping server", "concurrent large unary",
                ], environment: ["AGENTD_TARGET": address])
            #expect(server.exitCode == nil, "\(server.standardError)")
        } catch {
            server.signal(SIGKILL)
            throw error
        }
        server.signal(SIGKILL)
        _ = await server.waitForExit()
    }

    private static func address(of server: Program) async throws -> String {
        let prefix = "interop ready: "
        while true {
            if let line = server.standardOutput.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) {
                return String(line.dropFirst(prefix.count))
            }
            if server.exitCode != nil { throw Daemon.Failure(description: server.standardError) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
