import Testing

internal import AgentdCore
internal import LoopExecutor
internal import Postgres
internal import Storage
internal import TestSupport

extension TwoTenants {
    /// One pool of one connection, whose calls run one after the other.
    static func withOneConnection(
        _ body: (TwoTenants, Database, TestLoop) async throws -> Void
    ) async throws {
        try await with { tenants in
            var configuration = PostgresPool.Configuration(conninfo: tenants.database.application)
            configuration.connections = 1
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { pool in
                    try await body(tenants, Database(tenantPool: pool, platformPool: pool), loop)
                }
            }
        }
    }
}

extension TwoTenants.Tenant {
    /// An administrator of the tenant.
    /// - Parameter limits: What is remembered of them; they may be others by now.
    func caller(limits: TenantLimits = TenantLimits()) throws -> Caller {
        let id = TenantID(try #require(UUIDValue(self.id)))
        let principal = Principal(
            tenant: TenantProfile(id: id, limits: limits), userID: try #require(Int64(userID)),
            role: .tenantAdministrator, userIsActive: true, tokenID: "test")
        return Caller(principal: principal)
    }
}

extension Deadline {
    static var soon: Deadline { Deadline(uptimeNanoseconds: MonotonicClock.now + 30_000_000_000) }
}
