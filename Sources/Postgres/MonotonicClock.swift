internal import NIOCore

/// The monotonic clock, in nanoseconds.
enum MonotonicClock {
    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}
