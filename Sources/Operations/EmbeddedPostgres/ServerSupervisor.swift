internal import Dispatch
internal import Foundation
internal import Glibc
internal import Logging
internal import Synchronization

/// Keeps the server of a cluster running, on a thread of its own: the system ends the server when the thread that
/// started it ends, so this one lives as long as the server shall.
final class ServerSupervisor: Sendable {
    /// Recovery after a crash reads the log of the last minutes; it is given much longer than that takes.
    private static let startMilliseconds = 300_000
    private static let pollMilliseconds = 20
    /// How long a server that is told to end may take, by the signal that tells it: fast shutdown, immediate, the end.
    private static let stopSteps = [(SIGINT, 10_000), (SIGQUIT, 3_000), (SIGKILL, 2_000)]

    private struct State {
        var server: ChildProcess?
        var isStopping = false
        /// Whoever waits for the first start.
        var starter: CheckedContinuation<Result<Void, EmbeddedPostgresFailure>, Never>?
    }

    private let cluster: Cluster
    private let logger: Logger
    private let state = Mutex(State())
    /// Ends every pause of the thread.
    private let wake = DispatchSemaphore(value: 0)
    /// Signalled when the thread has nothing left to do.
    private let ended = DispatchSemaphore(value: 0)

    init(_ cluster: Cluster, logger: Logger) {
        self.cluster = cluster
        self.logger = logger
    }

    /// Makes the cluster when there is none and starts its server; returns when it accepts connections. Cancelling the
    /// task stops it.
    func start() async throws(EmbeddedPostgresFailure) {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.starter = continuation }
                let thread = Thread { self.run() }
                thread.name = "postgres"
                thread.start()
            }
        } onCancel: {
            askToStop()
            send(SIGINT)
        }
        try result.get()
    }

    /// Ends the server: it is asked first, and made to later. Returns when it has ended, also in a cancelled task.
    func stop() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.end()
                continuation.resume()
            }
        }
    }

    private func end() {
        askToStop()
        for (signal, milliseconds) in Self.stopSteps {
            send(signal)
            if ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success {
                // For whoever asks again.
                ended.signal()
                return
            }
            logger.warning("PostgreSQL did not end within \(milliseconds) ms")
        }
    }

    private func askToStop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
    }

    private func send(_ signal: Int32) {
        // Under the lock the process cannot be reaped, so the number is still its own.
        state.withLock { state in _ = state.server.map { kill($0.processID, signal) } }
    }

    // MARK: The thread

    private func run() {
        var delay = RestartDelay()
        while !isStopping {
            let began = DispatchTime.now()
            do {
                try prepare()
                let end = try serve()
                if isStopping { break }
                if started(.failure(cluster.explained("PostgreSQL ended while it started (\(end))"))) { break }
                logger.error("PostgreSQL ended (\(end)); it is started again")
            } catch {
                if isStopping { break }
                if started(.failure(error)) { break }
                logger.error("PostgreSQL cannot be started: \(error)")
            }
            let ran = Int((DispatchTime.now().uptimeNanoseconds - began.uptimeNanoseconds) / 1_000_000)
            _ = pause(delay.milliseconds(afterRunning: ran, jitter: .random(in: 0...1)))
        }
        started(.failure(EmbeddedPostgresFailure(.unavailable, "PostgreSQL was stopped before it was ready.")))
        ended.signal()
    }

    /// No process of an earlier server may be left, and there must be data.
    private func prepare() throws(EmbeddedPostgresFailure) {
        let processes = ServerProcesses(clusterName: cluster.name)
        if !processes.find().isEmpty {
            logger.notice("Ending the processes of a PostgreSQL that ran before")
            try processes.end(pause: pause)
        }
        guard processes.find().isEmpty else { return }
        cluster.removeLeftovers()
        try cluster.checkWay()
        if !cluster.exists {
            logger.notice("Making a new database", metadata: ["folder": "\(cluster.data.cluster)"])
            try cluster.make()
        }
    }

    /// Runs one server until it ends.
    private func serve() throws(EmbeddedPostgresFailure) -> ChildProcess.End {
        let server = try cluster.start()
        state.withLock { $0.server = server }
        // A stop that came before there was anything to signal.
        if isStopping { send(SIGINT) }
        if waitUntilReady(server) {
            logger.info(
                "PostgreSQL accepts connections", metadata: ["process": .stringConvertible(Int(server.processID))])
            started(.success(()))
        }
        server.waitForEnd()
        return state.withLock { state in
            state.server = nil
            return server.reap()
        }
    }

    /// False when it ended, or does not get ready; then it is told to end.
    private func waitUntilReady(_ server: ChildProcess) -> Bool {
        for _ in 0..<(Self.startMilliseconds / Self.pollMilliseconds) {
            if server.hasEnded { return false }
            if cluster.isReady(server) { return true }
            // A stop ends the server, which is seen above.
            _ = pause(Self.pollMilliseconds)
        }
        send(SIGQUIT)
        return false
    }

    /// Tells whoever waits for the first start.
    /// - Returns: Whether anybody did. A first start that fails is not repeated: whoever waited decides.
    @discardableResult
    private func started(_ result: Result<Void, EmbeddedPostgresFailure>) -> Bool {
        let starter = state.withLock { state in
            defer { state.starter = nil }
            return state.starter
        }
        starter?.resume(returning: result)
        return starter != nil
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// False when the pause was ended by a stop.
    private func pause(_ milliseconds: Int) -> Bool {
        guard !isStopping else {
            usleep(UInt32(Self.pollMilliseconds) * 1_000)
            return false
        }
        return wake.wait(timeout: .now() + .milliseconds(milliseconds)) == .timedOut
    }
}
