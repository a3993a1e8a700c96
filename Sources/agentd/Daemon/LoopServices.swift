internal import AgentdCore
internal import FoundationEssentials
internal import Logging
internal import LoopExecutor
internal import NIOCore
internal import Operations
internal import Postgres
internal import Services
internal import Storage

/// What one event loop has for itself: its database connections, its cache of tokens, and the dispatcher over them.
/// Loops share next to nothing, so that no call changes threads or waits for another loop's work: the few things that
/// all look at are behind locks that are held for some nanoseconds.
struct LoopServices: Sendable {
    /// What every loop uses alike.
    struct Shared: Sendable {
        let signingKeys: SigningKeyRing
        /// The only tenant there is, when there is to be one alone.
        let singleTenant: TenantID?
        let dispatch: Dispatcher.Shared
        let logger: Logger
    }

    /// As `agentd_platform`: tokens are looked up once and then remembered, so one carries them all.
    static let platformConnections = 1

    let executor: EventLoopTaskExecutor
    let database: Database
    let dispatcher: Dispatcher
    private let meter: CallMeter
    private let authenticator: Authenticator
    private let tenantPool: PostgresPool
    private let platformPool: PostgresPool

    init(_ eventLoop: any EventLoop, database location: DaemonDatabase, settings: Settings, shared: Shared) {
        func pool(
            _ name: String, _ conninfo: String, connections: Int, writeConnections: Int = 0
        ) -> PostgresPool {
            var configuration = PostgresPool.Configuration(conninfo: conninfo)
            configuration.name = name
            configuration.connections = connections
            configuration.writeConnections = writeConnections
            configuration.pipelineDepth = settings.database.pipelineDepth
            configuration.queueCapacity = settings.database.queueCapacity
            configuration.queueWaitMilliseconds = settings.database.queueWaitMilliseconds
            configuration.statementTimeoutMilliseconds = settings.database.statementTimeoutMilliseconds
            return PostgresPool(configuration: configuration, eventLoop: eventLoop, logger: shared.logger)
        }
        tenantPool = pool(
            "tenant", location.application, connections: settings.database.connections,
            writeConnections: settings.database.writeConnections)
        platformPool = pool("platform", location.platform, connections: Self.platformConnections)
        executor = EventLoopTaskExecutor(eventLoop)
        database = Database(tenantPool: tenantPool, platformPool: platformPool)
        let authenticator = Authenticator(
            signingKeys: shared.signingKeys, singleTenant: shared.singleTenant, news: shared.dispatch.news,
            cacheCapacity: settings.identity.tokenCacheCapacity,
            recheckNanoseconds: UInt64(settings.identity.tokenRecheckMilliseconds) * 1_000_000, clock: .system)
        self.authenticator = authenticator
        shared.dispatch.news.subscribe { [executor] changes in
            try? await executor.run { authenticator.forget(changes) }
        }
        meter = CallMeter(uptimeNanoseconds: Authenticator.Clock.system.uptimeNanoseconds)
        dispatcher = Dispatcher(
            database: database, authenticator: authenticator, meter: meter, shared: shared.dispatch,
            logger: shared.logger)
    }

    /// Takes away what was counted of its calls.
    func takeCallCounts() async -> [TenantID: TenantStats.Calls] {
        (try? await executor.run { [meter] in meter.take() }) ?? [:]
    }

    private var pools: [PostgresPool] { [tenantPool, platformPool] }

    /// How it is doing. It waits for the loop, which may be busy.
    func figures() async -> LoopFigures? {
        try? await executor.run { [authenticator, tenantPool, platformPool] in
            LoopFigures(
                tenantPool: LoopFigures.Pool(tenantPool), platformPool: LoopFigures.Pool(platformPool),
                rememberedTokens: authenticator.rememberedTokens)
        }
    }

    /// Opens every connection, so that the first calls do not wait for them.
    func warm() async throws(PostgresError) { for pool in pools { try await pool.warm() } }

    func close() async { for pool in pools { await pool.close() } }

    /// One cheap question to the database as each role, in the name of nobody.
    /// - Returns: Since when each pool has had a connection, in nanoseconds of the monotonic clock.
    func check() async throws -> UInt64 {
        try await executor.run { [tenantPool, platformPool] in
            try await Self.ask(platformPool) { deadline in
                _ = try await database.platformSession(deadline: deadline)
                    .run(FindTenantProfileStatement(.id(Self.nobody.tenantID)))
            }
            try await Self.ask(tenantPool) { deadline in
                _ = try await database.tenantSession(for: Self.nobody, callID: "", deadline: deadline)
                    .run(GetCurrentTenantStatement())
            }
            return max(tenantPool.connectedSince, platformPool.connectedSince)
        }
    }

    /// Asks a pool something that it reads. A question that finds no time among other calls on the same connections is
    /// as good as answered as long as those are: much work is no outage.
    private static func ask(_ pool: PostgresPool, _ question: (Deadline) async throws -> Void) async throws {
        do {
            try await question(Deadline(uptimeNanoseconds: MonotonicClock.now + questionNanoseconds))
        } catch let error as ServiceError where crowdedOut.contains(error.reason) {
            guard pool.answersReads(since: MonotonicClock.now - questionNanoseconds) else { throw error }
        }
    }

    /// How a question ends that others left no time or room.
    private static let crowdedOut: [Reason] = [.deadlineExceeded, .databasePoolTimeout, .databaseQueueFull]
    /// How long an answer may take, and how old that of another call may be.
    private static let questionNanoseconds: UInt64 = 1_000_000_000

    /// Of a tenant that does not exist.
    private static let nobody = Caller(
        principal: Principal(
            tenant: TenantProfile(id: TenantID(UUIDValue(high: 0, low: 0))), userID: 0, role: .member,
            userIsActive: false, tokenID: ""))
}

extension Authenticator.Clock {
    static let system = Authenticator.Clock(
        uptimeNanoseconds: { NIODeadline.now().uptimeNanoseconds },
        wallClock: { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) })
}
