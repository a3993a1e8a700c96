internal import TestSupport

/// What the database has of the calls of a tenant so far.
struct StoredCalls: Equatable {
    let calls: Int
    let errors: Int

    static func of(_ tenantID: String, in database: TestDatabase) throws -> StoredCalls {
        let rows = try database.rows(
            "SELECT coalesce(sum(calls), 0), coalesce(sum(errors), 0) FROM tenant_calls WHERE tenant_id = $1",
            [tenantID])
        let numbers = rows.first?.compactMap { $0.flatMap { Int($0) } } ?? []
        return StoredCalls(calls: numbers.first ?? 0, errors: numbers.last ?? 0)
    }
}
