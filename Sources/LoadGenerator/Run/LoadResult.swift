/// What a run gave.
package struct LoadResult: Sendable {
    let plan: LoadPlan
    /// The most calls that were let be in flight.
    let callsInFlight: Int
    let tenants: Int
    let recorder: Recorder
    let processorMicroseconds: UInt64
}
