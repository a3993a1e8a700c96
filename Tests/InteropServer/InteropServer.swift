internal import AgentdCore
internal import GRPCListener
internal import Glibc
internal import Listening
internal import Logging
internal import NIOPosix
internal import Services

/// Serves `grpc.testing.TestService` through the gRPC door of agentd, for the interoperability cases that clients of
/// other hands bring along: <https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md>
///
/// It says on standard output where it listens, and serves until it is ended.
@main
struct InteropServer {
    static func main() async throws {
        var logger = Logger(label: "interop")
        logger.logLevel = .warning
        let listener = try await PortListener.bind(
            PortListener.Configuration(
                address: .tcp(TCPAddress(host: "127.0.0.1", port: 0)), socketMode: 0o600, certificates: nil,
                limits: WireLimitsInForce(WireLimits()), callLog: CallLog(logger: logger, mode: .off)),
            doors: [GRPCDoor()], group: MultiThreadedEventLoopGroup(numberOfThreads: 1), handler: TestService(),
            logger: logger)
        print("interop ready: \(listener.address)")
        // Somebody reads it through a pipe or a file, where it would stay in the buffer.
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }
}
