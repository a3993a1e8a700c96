/// What a conversion says while it works.
package enum ConversionProgress: Sendable {
    /// A step begins: its number from 1, of how many, and what it does.
    case began(Int, of: Int, title: String)
    /// A step that was done before is passed over.
    case doneBefore(Int, of: Int, title: String)
    /// - Parameters:
    ///   - rate: Rows a second.
    ///   - secondsLeft: Nil when it cannot be said.
    case rows(Int, of: Int, rate: Int, secondsLeft: Int?, note: String)
    case waiting(String)
}
