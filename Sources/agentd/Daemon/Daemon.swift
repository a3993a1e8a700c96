internal import AgentdCore
internal import FramedListener
internal import Glibc
internal import Logging
internal import LoopExecutor
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Postgres
internal import ServiceLifecycle
internal import Services
internal import Storage

/// Everything that runs, from the database up to the door. It is put together in the order in which it is needed, and
/// taken apart in the opposite one.
struct Daemon: Sendable {
    /// Between saying that it does not serve and closing the door: so long do load balancers take to notice.
    private static let noticeDuration = Duration.seconds(2)
    /// How long calls in flight may still take.
    private static let drainMilliseconds = 10_000

    private let logger: Logger
    private let database: DaemonDatabase
    private let group: MultiThreadedEventLoopGroup
    private let loops: [LoopServices]
    private let identity: DaemonIdentity
    private let health: HealthState
    private let listener: FramedListener
    private let usageIntervalMilliseconds: Int

    /// Returns when clients can connect. What was started is stopped again when something fails or the task is
    /// cancelled.
    static func start(_ settings: Settings, logger: Logger) async throws -> Daemon {
        let identity = try await DaemonIdentity(settings.identity, logger: logger)
        let database = try await DaemonDatabase.start(settings, logger: logger)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.listen.eventLoops)
        var loops: [LoopServices] = []
        do {
            try Task.checkCancellation()
            let platform = database.platform
            let keys = try await Blocking.run { try PlatformKeys(platformConninfo: platform) }
            let health = HealthState()
            let shared = LoopServices.Shared(
                signingKeys: identity.signingKeys, singleTenant: database.singleTenant,
                dispatch: Dispatcher.Shared(
                    health: health, pageTokens: PageTokens(key: keys.pageTokens), news: identity.news,
                    admission: TenantAdmission(), isSingleTenant: database.singleTenant != nil,
                    maximumMessageBytes: settings.limits.wire.messageBytes),
                logger: logger)
            loops = group.makeIterator().map {
                LoopServices($0, database: database, settings: settings, shared: shared)
            }
            for loop in loops { try await warm(loop) }
            try Task.checkCancellation()
            let listener = try await listen(settings, group, loops, logger)
            health.setReady(true)
            return Daemon(
                logger: logger, database: database, group: group, loops: loops, identity: identity, health: health,
                listener: listener, usageIntervalMilliseconds: settings.statistics.usageIntervalMilliseconds)
        } catch {
            for loop in loops { await loop.close() }
            try? await group.shutdownGracefully()
            await database.embedded?.stop()
            throw error
        }
    }

    private static func warm(_ loop: LoopServices) async throws {
        do {
            try await loop.warm()
        } catch {
            guard case .unavailable(let reason) = error else { throw error }
            throw Failure(.unavailable, "The database cannot be reached: \(reason)")
        }
    }

    private static func listen(
        _ settings: Settings, _ group: MultiThreadedEventLoopGroup, _ loops: [LoopServices], _ logger: Logger
    ) async throws -> FramedListener {
        let address = settings.listen.listen
        let dispatchers = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.executor.eventLoop), $0.dispatcher) })
        do {
            return try await FramedListener.bind(
                .init(host: address.host, port: address.port, limits: settings.limits.wire), group: group,
                dispatcher: { loop in
                    guard let dispatcher = dispatchers[ObjectIdentifier(loop)] else {
                        preconditionFailure("The listener asks for loops of its own group only.")
                    }
                    return dispatcher
                }, logger: logger)
        } catch {
            throw Failure(
                .configuration,
                "agentd cannot listen on AGENTD_LISTEN \(address): \(reason(error)). Choose another address or port, "
                    + "or stop what listens there.")
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
    }
}

// MARK: Running

extension Daemon {
    /// Says that it is ready, and serves until a signal asks it to stop.
    func run(until signals: TerminationSignals, reloading reload: ReloadSignal) async throws {
        // Shut down from the last to the first.
        let services: [any Service] =
            [stopDatabase, closePools, countCalls, compactAgentCounts, purge]
            + identity.services(database: database, reload: reload) + [serve, monitor]
        let configurations = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: configurations, logger: quietLogger))
        Output.line("agentd ready: framed \(listener.address)")
        logger.notice("Serving", metadata: ["framed": "\(listener.address)", "version": "\(Version.number)"])
        try await signals.run {
            try await group.run()
        } onRequest: {
            logger.notice("Stopping")
            await group.triggerGracefulShutdown()
        }
        logger.notice("Stopped")
    }

    /// The library tells of every service that starts and ends, which is for us alone.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private var stopDatabase: ClosureService {
        ClosureService {
            try? await gracefulShutdown()
            await database.embedded?.stop()
        }
    }

    private var closePools: ClosureService {
        ClosureService {
            try? await gracefulShutdown()
            for loop in loops { await loop.close() }
            try? await group.shutdownGracefully()
        }
    }

    private var purge: Purge {
        Purge(
            [PurgeRequestIDsStatement(), PurgeTenantCallsStatement(), PurgeAuditEventsStatement()], work: work,
            logger: logger)
    }

    private var work: PlatformWork {
        PlatformWork(
            database: loops[0].database, executor: loops[0].executor,
            uptimeNanoseconds: { NIODeadline.now().uptimeNanoseconds })
    }

    private var compactAgentCounts: AgentCountCompaction { AgentCountCompaction(work: work, logger: logger) }

    private var countCalls: CallCountFlush {
        CallCountFlush(
            intervalMilliseconds: usageIntervalMilliseconds, batchSize: AddTenantCallsStatement.batchSize,
            take: {
                var counts: [CallCountFlush.Counts] = []
                for loop in loops { counts.append(await loop.takeCallCounts()) }
                return counts
            }, store: { [work] in try await work.run(AddTenantCallsStatement($0)) }, logger: logger)
    }

    private var serve: ClosureService {
        ClosureService {
            try? await gracefulShutdown()
            // The monitor, which ended before this, has said that agentd does not serve any more.
            if listener.connections > 0 { try? await Task.sleep(for: Self.noticeDuration) }
            await listener.drain(graceMilliseconds: Self.drainMilliseconds)
        }
    }

    private var monitor: HealthMonitor {
        HealthMonitor(
            check: { for loop in loops { try await loop.check() } }, setReady: { health.setReady($0) }, logger: logger)
    }
}
