/// What a run gave.
package struct LoadResult: Sendable {
    let plan: LoadPlan
    /// The most calls that were let be in flight.
    let callsInFlight: Int
    let tenants: Int
    let recorder: Recorder
    /// Whether it was ended before its time.
    let wasInterrupted: Bool
    /// Of the measured time: how long there was no connection.
    let disconnectedNanoseconds: UInt64
    let processorMicroseconds: UInt64
}
