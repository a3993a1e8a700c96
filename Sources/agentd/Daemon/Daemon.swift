internal import AgentdCore
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
    /// What it was started with, and how that is read again.
    struct Configuration: Sendable {
        let settings: Settings
        let load: @Sendable () throws -> Settings
    }

    private let configuration: Configuration
    private let log: LogControl
    private let calls: CallLog
    private let limits: WireLimitsInForce
    private let admin: DaemonAdmin
    private let certificates: DaemonCertificates?
    private let identity: DaemonIdentity
    private let health: HealthState
    private let group: MultiThreadedEventLoopGroup
    private let port: DaemonPort
    private var database: DaemonDatabase?
    private var loops: [LoopServices] = []

    private var settings: Settings { configuration.settings }
    private var logger: Logger { log.logger }

    /// Returns when calls are served. What was started is stopped again when something fails or the task is cancelled.
    static func start(_ configuration: Configuration, log: LogControl) async throws -> Daemon {
        var daemon = try await Daemon(configuration, log: log)
        do {
            try await daemon.connect()
            return daemon
        } catch {
            await daemon.giveUp()
            throw error
        }
    }

    /// Answers probes from now on.
    private init(_ configuration: Configuration, log: LogControl) async throws {
        let (settings, logger) = (configuration.settings, log.logger)
        self.configuration = configuration
        self.log = log
        calls = CallLog(logger: logger, mode: settings.log.calls)
        limits = WireLimitsInForce(settings.limits.wire)
        certificates = try DaemonCertificates(settings.tls, logger: logger)
        identity = try await DaemonIdentity(settings.identity, logger: logger)
        health = HealthState()
        admin = try await DaemonAdmin.start(settings, logger: logger)
        certificates?.recordExpiry()
        group = MultiThreadedEventLoopGroup(numberOfThreads: settings.listen.eventLoops)
        do {
            port = try await DaemonPort.open(
                settings, certificates: certificates, limits: limits, callLog: calls, health: health, group: group,
                logger: logger)
        } catch {
            await admin.stop()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Gets the database, opens every connection to it, and begins to serve.
    private mutating func connect() async throws {
        admin.state.setPhase(.starting("getting the database ready"))
        try Task.checkCancellation()
        let wait = DatabaseWait(settings.database, state: admin.state, logger: logger)
        let database = try await DaemonDatabase.start(settings, wait: wait, logger: logger)
        self.database = database
        admin.state.setIsolationProof(failure: nil)
        admin.state.setWarnings(database.warnings)
        try Task.checkCancellation()
        admin.state.setPhase(.starting("opening connections to the database"))
        let keys = try await wait.run {
            try await Blocking.run { try PlatformKeys(platformConninfo: database.platform) }
        }
        let shared = LoopServices.Shared(
            signingKeys: identity.signingKeys, singleTenant: database.singleTenant,
            dispatch: Dispatcher.Shared(
                health: health, pageTokens: PageTokens(key: keys.pageTokens), news: identity.news,
                admission: TenantAdmission(), isSingleTenant: database.singleTenant != nil,
                maximumMessageBytes: settings.limits.wire.messageBytes),
            logger: logger)
        loops = group.makeIterator().map { LoopServices($0, database: database, settings: settings, shared: shared) }
        for loop in loops { try await wait.run { try await Self.warm(loop) } }
        try Task.checkCancellation()
        admin.watch(loops)
        try await port.serve(loops)
        admin.state.setPhase(.serving)
        health.setReady(true)
    }

    private static func warm(_ loop: LoopServices) async throws {
        do {
            try await loop.warm()
        } catch {
            guard case .unavailable(let reason) = error else { throw error }
            throw Failure(.unavailable, "The database cannot be reached: \(reason)")
        }
    }

    /// Takes a daemon apart that did not get to serve.
    private func giveUp() async {
        await port.close()
        for loop in loops { await loop.close() }
        try? await group.shutdownGracefully()
        await database?.embedded?.stop()
        await admin.stop()
    }
}

// MARK: Running

extension Daemon {
    /// Says that it is ready, and serves until a signal asks it to stop.
    func run(until signals: TerminationSignals, reloading reload: ReloadSignal) async throws {
        let services = try services(reload)
        let configurations = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: configurations, logger: quietLogger))
        let adminAddress = admin.address?.description ?? "off"
        Output.line("agentd ready: framed \(port.address), grpc \(port.address), admin \(adminAddress)")
        logger.notice(
            "Serving",
            metadata: ["listen": "\(port.address)", "admin": "\(adminAddress)", "version": "\(ProgramVersion.number)"])
        try await signals.run {
            try await group.run()
        } onRequest: {
            logger.notice("Stopping")
            await group.triggerGracefulShutdown()
        }
        calls.end()
        logger.notice("Stopped")
    }

    /// In the order of their start; they are shut down from the last to the first.
    private func services(_ reload: ReloadSignal) throws -> [any Service] {
        guard let database else { preconditionFailure("A daemon runs when it is connected.") }
        let targets = DaemonReload.Targets(log: log, calls: calls, limits: limits, identity: identity)
        var services: [any Service] = admin.services
        services += [stopDatabase, closePools, countCalls, compactAgentCounts, purge, UnusedMemory()]
        services += identity.services(database: database, reload: reload)
        services += certificates?.services(reload: reload) ?? []
        services.append(
            DaemonReload(
                initial: settings, load: configuration.load, requests: reload.requests(), targets: targets))
        services += [drainPort, monitor(database)]
        return services
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
            await database?.embedded?.stop()
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
            intervalMilliseconds: settings.statistics.usageIntervalMilliseconds,
            batchSize: AddTenantCallsStatement.batchSize,
            take: {
                var counts: [CallCountFlush.Counts] = []
                for loop in loops { counts.append(await loop.takeCallCounts()) }
                return counts
            }, store: { [work] in try await work.run(AddTenantCallsStatement($0)) }, logger: logger)
    }

    private var drainPort: ClosureService {
        ClosureService {
            try? await gracefulShutdown()
            // The monitor, which ended before this, has said that agentd does not serve any more.
            await port.drain()
        }
    }

    private func monitor(_ database: DaemonDatabase) -> HealthMonitor {
        let inspection = DatabaseInspection(
            applicationConninfo: database.application, platformConninfo: database.platform,
            rowLevelSecurity: settings.tenancy.usesRowLevelSecurity)
        return HealthMonitor(
            check: {
                try await withThrowingTaskGroup(of: UInt64.self) { group in
                    for loop in loops { group.addTask { try await loop.check() } }
                    return try await group.reduce(0, max)
                }
            }, uptimeNanoseconds: { NIODeadline.now().uptimeNanoseconds },
            inspect: { depth in try await Blocking.run { try inspection.run(depth) } }, state: admin.state,
            setReady: { health.setReady($0) }, beginDraining: { health.beginDraining() }, logger: logger)
    }
}
