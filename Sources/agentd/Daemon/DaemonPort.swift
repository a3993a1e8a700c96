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
        do {
            let listener = try await PortListener.bind(
                configuration, doors: [FramedDoor(), GRPCDoor()], group: group,
                handler: StartingHandler(
                    health: health, maximumMessageBytes: settings.limits.wire.messageBytes, logger: logger),
                logger: logger)
            return DaemonPort(listener: listener, group: group)
        } catch {
            throw Failure(
                .configuration,
                "agentd cannot listen on AGENTD_LISTEN \(address): \(reason(error)). Choose another address, or stop "
                    + "what listens there.")
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
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
        if listener.connections > 0 { try? await Task.sleep(for: Self.noticeDuration) }
        await listener.drain(graceMilliseconds: Self.drainMilliseconds)
    }

    /// Ends it at once.
    func close() async { await listener.close() }
}
