/// Whose turn a call takes while it waits for the database: its tenant's.
package struct QueueShare: Sendable {
    /// The UUID of the tenant.
    package let high: UInt64
    package let low: UInt64
    /// Calls that it gets in each turn, at least 1.
    package let weight: Int

    /// What calls that belong to no tenant have together.
    package static let none = QueueShare(high: 0, low: 0, weight: 1)

    package init(high: UInt64, low: UInt64, weight: Int) {
        self.high = high
        self.low = low
        self.weight = max(1, weight)
    }
}

/// Two are the same when their tenant is: its weight may change from call to call.
extension QueueShare: Hashable {
    package static func == (left: QueueShare, right: QueueShare) -> Bool {
        left.high == right.high && left.low == right.low
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
    }
}
