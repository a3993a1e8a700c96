/// Checks that some bytes are one JSON object (RFC 8259), without building it.
///
/// It accepts no more than PostgreSQL's `json` does, and refuses two things that the type itself takes and that fail
/// later, when the database unescapes the text: `\u0000`, and halves of surrogate pairs.
struct JSONObjectScanner {
    /// Deeper than any configuration written by a person; far less than the stack of the daemon or the database holds.
    static let maximumDepth = 64

    /// What is wrong, and at which byte, counted from 0.
    struct Problem: Error, Equatable {
        let offset: Int
        let description: String
    }

    private let bytes: [UInt8]
    private var position = 0
    private var names: [ArraySlice<UInt8>] = []

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: The names of the object's own members as they are written, between their quotes. A name may occur
    ///   twice.
    static func names(ofObject bytes: [UInt8]) throws(Problem) -> [ArraySlice<UInt8>] {
        var scanner = JSONObjectScanner(bytes: bytes)
        scanner.skipSpace()
        guard scanner.next == UInt8(ascii: "{") else { throw scanner.problem("an object is expected") }
        try scanner.object(depth: 1)
        scanner.skipSpace()
        guard scanner.next == nil else {
            throw scanner.problem("the object has ended, there must be nothing behind it")
        }
        return scanner.names
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func problem(_ description: String) -> Problem { Problem(offset: position, description: description) }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Problem) {
        switch next {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): try number()
        default: throw problem("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(Problem) {
        try enter(depth)
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a name in quotes is expected") }
            let name = try string()
            if depth == 1 { names.append(name) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is expected") }
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("a comma or } is expected") }
    }

    private mutating func array(depth: Int) throws(Problem) {
        try enter(depth)
        if take(UInt8(ascii: "]")) { return }
        repeat {
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("a comma or ] is expected") }
    }

    private mutating func enter(_ depth: Int) throws(Problem) {
        guard depth <= Self.maximumDepth else { throw problem("it is nested deeper than \(Self.maximumDepth) levels") }
        position += 1
        skipSpace()
    }

    private mutating func literal(_ text: StaticString) throws(Problem) {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, "\(text)".utf8.elementsEqual(bytes[position..<end]) else {
            throw problem("a value is expected")
        }
        position = end
    }
}

// MARK: Numbers

extension JSONObjectScanner {
    private mutating func number() throws(Problem) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }

    /// One digit or more.
    private mutating func digits() throws(Problem) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw problem("a digit is expected") }
    }
}

// MARK: Strings

extension JSONObjectScanner {
    /// The text between the quotes, as it is written.
    private mutating func string() throws(Problem) -> ArraySlice<UInt8> {
        position += 1
        let start = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return bytes[start..<position]
            case UInt8(ascii: "\\"):
                try escape()
            case 0..<0x20:
                throw problem("a control character in a string must be escaped")
            default:
                position += 1
            }
        }
        throw problem("a string has no end")
    }

    private mutating func escape() throws(Problem) {
        position += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            try unicodeEscape()
        default:
            throw problem("this is no escape sequence")
        }
    }

    /// From the `u` on; a pair of surrogates is read as one.
    private mutating func unicodeEscape() throws(Problem) {
        switch try codeUnit() {
        case 0:
            throw problem("\\u0000 cannot be stored")
        case 0xD800...0xDBFF:
            guard take(UInt8(ascii: "\\")), next == UInt8(ascii: "u"), case 0xDC00...0xDFFF = try codeUnit() else {
                throw problem("half of a surrogate pair stands alone")
            }
        case 0xDC00...0xDFFF:
            throw problem("half of a surrogate pair stands alone")
        default:
            break
        }
    }

    private mutating func codeUnit() throws(Problem) -> UInt32 {
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
