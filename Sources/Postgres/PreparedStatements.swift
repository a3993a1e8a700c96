internal import Glibc

/// The statements that are prepared on one connection, and the name that each has there. A statement that had to be
/// prepared again has another one. Owns the names.
struct PreparedStatements: ~Copyable {
    /// Each takes memory in the server; what comes when there are as many runs unprepared.
    private static let maximum = 256

    /// By the number of the text.
    private var names: [UnsafeMutablePointer<CChar>?] = []
    private var count = 0
    /// Of all times, so that no name comes twice.
    private var preparations = 0

    deinit { for name in names { free(name) } }

    var isFull: Bool { count >= Self.maximum }

    /// The name that it has; nil when it is not prepared. Good until it is forgotten.
    subscript(text: StatementText) -> UnsafePointer<CChar>? {
        text.number < names.count ? UnsafePointer(names[text.number]) : nil
    }

    /// Names a statement that is prepared now.
    mutating func add(_ text: StatementText) -> UnsafePointer<CChar>? {
        forget(text)
        while names.count <= text.number { names.append(nil) }
        preparations += 1
        let name = strdup("\(text.name)_\(preparations)")
        names[text.number] = name
        count += 1
        return UnsafePointer(name)
    }

    mutating func forget(_ text: StatementText) {
        guard self[text] != nil else { return }
        free(names[text.number])
        names[text.number] = nil
        count -= 1
    }
}
