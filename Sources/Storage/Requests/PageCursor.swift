package import AgentdCore

/// The last object of a page: the values that its list is ordered by, in that order.
package struct PageCursor: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
        case number(Int64)
        case text(String)
        case time(Timestamp)
    }

    package let parts: [Part]

    package init(_ parts: Part...) { self.parts = parts }
    package init(parts: [Part]) { self.parts = parts }
}
