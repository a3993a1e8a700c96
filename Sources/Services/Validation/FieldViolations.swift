internal import AgentdCore

/// What is wrong with a request, gathered so that the caller learns all of it at once.
struct FieldViolations {
    /// More than a person mends at once; a request with a hundred thousand errors must not make an answer of megabytes.
    static let maximumKept = 64
    /// How much of a value is repeated in an error.
    private static let quotedCharacters = 40

    private var violations: [FieldViolation] = []

    /// - Parameters:
    ///   - field: Its path in the request message, such as `agent.name`.
    ///   - description: What it should be, as the end of a sentence that begins with the field.
    mutating func add(_ field: String, _ description: String) {
        guard violations.count < Self.maximumKept else { return }
        violations.append(FieldViolation(field: field, description: description))
    }

    mutating func require(_ holds: Bool, _ field: String, _ description: @autoclosure () -> String) {
        if !holds { add(field, description()) }
    }

    /// - Throws: `FIELD_INVALID` with all that was added, when there is any.
    func refuseIfAny() throws(ServiceError) {
        guard violations.isEmpty else { throw .fields(violations) }
    }

    /// A value of the request, cut to a length that an error may repeat.
    static func quoted(_ text: String) -> String {
        let start = text.unicodeScalars.prefix(quotedCharacters)
        return "\"\(String(start))\(start.endIndex == text.unicodeScalars.endIndex ? "" : "…")\""
    }
}

// MARK: Rules that many requests share

extension FieldViolations {
    /// A UUID, or nothing.
    mutating func requireRequestID(_ text: String) {
        require(
            text.isEmpty || UUIDValue(text) != nil, "request_id",
            "must be a UUID, such as 8-4-4-4-12 hexadecimal digits")
    }

    mutating func requireID(_ id: Int64, _ field: String) {
        require(id > 0, field, "must be an id, a number from 1 on")
    }

    /// - Parameters:
    ///   - required: Whether it must not be empty.
    ///   - maximum: In characters, counted as Unicode scalars.
    mutating func requireLine(_ text: String, _ field: String, required: Bool, maximum: Int) {
        if required { require(!text.isEmpty, field, "is required") }
        requireCharacters(text, field, maximum: maximum)
        require(
            !text.unicodeScalars.contains(where: Self.isControl), field,
            "must not hold control characters, such as line ends")
    }

    /// Whether it is of the category Cc, which is C0, DEL and C1 for ever (Unicode Standard, chapter 23.1).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
    }

    /// - Parameter maximum: In characters, counted as Unicode scalars.
    mutating func requireCharacters(_ text: String, _ field: String, maximum: Int) {
        // A text has never more scalars than bytes, which are counted already.
        guard text.utf8.count > maximum else { return }
        let count = text.unicodeScalars.count
        require(count <= maximum, field, "has \(count) characters, at most \(maximum) are allowed")
    }

    mutating func requireBytes(_ text: String, _ field: String, maximum: Int) {
        let count = text.utf8.count
        require(count <= maximum, field, "has \(count) bytes, at most \(maximum) are allowed")
    }
}
