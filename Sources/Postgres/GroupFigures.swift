/// How the connections of one kind are doing, and the calls that wait for them. Where there is none for writes, those
/// wait for the connections of reads.
package struct GroupFigures: Sendable {
    /// Calls that wait for a connection now.
    package let waitingCalls: Int
    /// Calls that were sent and have no answer yet.
    package let callsInFlight: Int
    /// While so many are in flight, no more are sent.
    package let inFlightLimit: Int
    package let totals: Totals

    /// Since the pool began.
    package struct Totals: Sendable {
        /// Calls that were given to a connection; those that were sent again count again.
        package internal(set) var sentCalls: UInt64 = 0
        /// How long they had waited until they were sent first, all together.
        package internal(set) var waitedNanoseconds: UInt64 = 0
        /// Calls that were never sent, because their deadline passed while they waited.
        package internal(set) var expiredCalls: UInt64 = 0
    }
}
