internal import AgentdCore
internal import FramedListener
internal import GRPCListener
internal import Glibc
internal import Listening
internal import Logging
internal import LoopExecutor
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Services

/// The port with its doors. It listens before there is a database, so that probes hear from the start how far it is,
/// and a port that is taken is known before anything is done.
struct DaemonPort: Sendable {
    private let listener: PortListener
    private let group: MultiThreadedEventLoopGroup

    /// Between saying that it does not serve and closing the door: so long do load balancers take to notice.
    private static let noticeDuration = Duration.seconds(2)
    /// How long calls in flight may still take.
    private static let drainMilliseconds = 10_000

    /// Listens from now on, and answers nothing but probes.
    static func open(
        _ settings: Settings, certificates: DaemonCertificates?, limits: WireLimitsInForce, callLog: CallLog,
        health: HealthState, group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws -> DaemonPort {
        let address = settings.listen.listen
        let configuration = PortListener.Configuration(
            address: address, socketMode: settings.listen.socketMode, certificates: certificates?.certificates,
            limits: limits, callLog: callLog)
        let listener = try await AddressInUse.waitedFor {
            do {
                return try await PortListener.bind(
                    configuration, doors: [FramedDoor(), GRPCDoor()], group: group,
                    handler: StartingHandler(
                        health: health, maximumMessageBytes: settings.limits.wire.messageBytes, logger: logger),
                    logger: logger)
            } catch {
                throw problem(address, error)
            }
        }
        return DaemonPort(listener: listener, group: group)
    }

    private static func problem(_ address: ListenAddress, _ error: any Error) -> any Error {
        let code = (error as? IOError)?.errnoCode
        let reason = code.map { SystemError.description(of: $0).lowercased() } ?? "\(error)"
        let text =
            "agentd cannot listen on AGENTD_LISTEN \(address): \(reason). Choose another address, or stop what listens "
            + "there."
        let isTaken = code == EADDRINUSE || (error as? UnixSocketProblem)?.isInUse == true
        return isTaken ? AddressInUse(text) : Failure(.configuration, text)
    }

    var address: String { listener.address }

    /// From now on these answer the calls.
    func serve(_ loops: [LoopServices]) async throws {
        let dispatchers = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.executor.eventLoop), $0.dispatcher) })
        try await listener.serve { loop in
            guard let dispatcher = dispatchers[ObjectIdentifier(loop)] else {
                preconditionFailure("The listener asks for loops of its own group only.")
            }
            return dispatcher
        }
    }

    /// Ends it, when agentd has said that it does not serve any more: gives load balancers time to notice and calls in
    /// flight time to end.
    func drain() async {
        // Also without a connection: probes make one each time.
        try? await Task.sleep(for: Self.noticeDuration)
        await listener.drain(graceMilliseconds: Self.drainMilliseconds)
    }

    /// Ends it at once.
    func close() async { await listener.close() }
}
