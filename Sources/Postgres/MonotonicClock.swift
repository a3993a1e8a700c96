internal import NIOCore

/// The monotonic clock, in nanoseconds.
package enum MonotonicClock {
    package static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}
