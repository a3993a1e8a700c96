internal import Postgres

/// How one event loop is doing, at one moment.
struct LoopFigures: Sendable {
    struct Pool: Sendable {
        let openConnections: Int
        let wantedConnections: Int
        let waitingCalls: Int
        let callsInFlight: Int
        let inFlightLimit: Int
        /// Since the pool began, like the next two.
        let sentCalls: UInt64
        let expiredCalls: UInt64
        let waitedNanoseconds: UInt64

        /// On the loop of the pool.
        init(_ pool: PostgresPool) {
            openConnections = pool.openConnections
            wantedConnections = pool.wantedConnections
            waitingCalls = pool.waitingCalls
            callsInFlight = pool.callsInFlight
            inFlightLimit = pool.inFlightLimit
            sentCalls = pool.sentCalls
            expiredCalls = pool.expiredCalls
            waitedNanoseconds = pool.waitedNanoseconds
        }
    }

    let tenantPool: Pool
    let platformPool: Pool
    let rememberedTokens: Int
}
