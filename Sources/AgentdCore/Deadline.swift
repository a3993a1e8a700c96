/// When a caller stops waiting: nanoseconds of the monotonic clock.
package struct Deadline: Hashable, Comparable, Sendable {
    package let uptimeNanoseconds: UInt64

    package init(uptimeNanoseconds: UInt64) { self.uptimeNanoseconds = uptimeNanoseconds }

    package static let never = Deadline(uptimeNanoseconds: .max)

    package static func < (left: Deadline, right: Deadline) -> Bool {
        left.uptimeNanoseconds < right.uptimeNanoseconds
    }

    package func hasPassed(at uptimeNanoseconds: UInt64) -> Bool { self.uptimeNanoseconds <= uptimeNanoseconds }
}
