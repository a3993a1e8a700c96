internal import AgentdCore
internal import Storage
internal import TestSupport

/// A statement that the daemon sends, and what its plan has to be.
struct PlanCase: Sendable, CustomStringConvertible {
    enum Work: Sendable {
        case tenant(any TenantStatement)
        case lookUp(any TenantLookUp)
        case platform(any PlatformStatement)

        var statement: any Sendable {
            switch self {
            case .tenant(let statement): statement
            case .lookUp(let statement): statement
            case .platform(let statement): statement
            }
        }
    }

    let description: String
    let work: Work
    /// All of these are used.
    let indexes: [String]
    /// Values of parameters whose type alone says too little of them, by their numbers, as SQL.
    let arguments: [Int: String]
    /// Tables that may be read from end to end: all of their rows are wanted soon, a thousand at a time, and up to some
    /// size a thousand are found sooner so than one by one.
    let whole: [String]
    /// Whether it may sort: what it sorts is bounded otherwise, or there is no index of that order.
    let sorts: Bool
    /// Whether its caller knows of a limit of the tenant.
    private(set) var isLimited = false

    init(
        _ description: String, _ statement: some TenantStatement, _ indexes: [String], arguments: [Int: String] = [:],
        sorts: Bool = false, isLimited: Bool = false
    ) {
        self.init(description, .tenant(statement), indexes, arguments, whole: [], sorts: sorts)
        self.isLimited = isLimited
    }

    init(
        _ description: String, _ statement: some TenantLookUp, _ indexes: [String], arguments: [Int: String] = [:],
        sorts: Bool = false
    ) {
        self.init(description, .lookUp(statement), indexes, arguments, whole: [], sorts: sorts)
    }

    init(
        platform description: String, _ statement: some PlatformStatement, _ indexes: [String],
        arguments: [Int: String] = [:], whole: [String] = [], sorts: Bool = false
    ) {
        self.init(description, .platform(statement), indexes, arguments, whole: whole, sorts: sorts)
    }

    private init(
        _ description: String, _ work: Work, _ indexes: [String], _ arguments: [Int: String], whole: [String],
        sorts: Bool
    ) {
        self.description = description
        self.work = work
        self.indexes = indexes
        self.arguments = arguments
        self.whole = whole
        self.sorts = sorts
    }

    var typeName: String { String(describing: type(of: work.statement)) }

    var isOfTenant: Bool {
        switch work {
        case .tenant, .lookUp: true
        case .platform: false
        }
    }

    /// Connects as the role that sends it.
    func conninfo(_ database: TestDatabase) -> String { isOfTenant ? database.application : database.platform }

    func run(in database: Database, of caller: Caller) async throws {
        let session = database.tenantSession(
            for: isLimited ? caller.limited : caller, callID: "test", deadline: .never)
        switch work {
        case .tenant(let statement): _ = try await session.run(statement)
        case .lookUp(let statement): try await statement.finds(in: session)
        case .platform(let statement):
            _ = try await database.platformSession(deadline: .never).run(statement)
        }
    }
}

extension Caller {
    /// The same caller in a tenant that may have many agents, but not any number.
    fileprivate var limited: Caller {
        var limits = TenantLimits()
        limits.maxAgents = 1_000_000
        return Caller(
            principal: Principal(
                tenant: TenantProfile(id: tenantID, limits: limits), userID: userID, role: principal.role,
                userIsActive: true, tokenID: principal.tokenID))
    }
}

extension TenantLookUp {
    /// Runs it for nobody.
    func finds(in session: TenantSession) async throws(ServiceError) {
        try await run(in: session) { _ in }
    }
}
