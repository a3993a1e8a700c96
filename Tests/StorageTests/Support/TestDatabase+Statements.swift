internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

extension TestDatabase {
    /// Runs a statement that works across tenants, as `agentd_platform`.
    func run<S: PlatformStatement>(_ statement: S) async throws -> S.Answer {
        try await withPool(as: platform) { try await $0.platformSession(deadline: .never).run(statement) }
    }

    /// Runs a statement as a caller, as `agentd_app`.
    func run<S: TenantStatement>(_ statement: S, as caller: Caller) async throws -> S.Answer {
        try await withPool(as: application) {
            try await $0.tenantSession(for: caller, callID: "test", deadline: .never).run(statement)
        }
    }

    private func withPool<R: Sendable>(
        as conninfo: String, _ body: @escaping @Sendable (Database) async throws -> R
    ) async throws -> R {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: conninfo)
            configuration.connections = 1
            return try await loop.withPool(configuration) { pool in
                try await loop.run { try await body(Database(tenantPool: pool, platformPool: pool)) }
            }
        }
    }
}
