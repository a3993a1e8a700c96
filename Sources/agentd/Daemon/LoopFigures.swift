internal import Postgres

/// How one event loop is doing, at one moment.
struct LoopFigures: Sendable {
    struct Pool: Sendable {
        let openConnections: Int
        let wantedConnections: Int
        let reads: GroupFigures
        let writes: GroupFigures

        /// On the loop of the pool.
        init(_ pool: PostgresPool) {
            openConnections = pool.openConnections
            wantedConnections = pool.wantedConnections
            reads = pool.figures(of: .read)
            writes = pool.figures(of: .write)
        }
    }

    let tenantPool: Pool
    let platformPool: Pool
    let rememberedTokens: Int
}
