internal import CAgentdProto
internal import CProtobufC

/// One piece of metadata: a key in lower-case ASCII and any bytes.
package struct Header: Sendable, Equatable {
    package let key: String
    package let value: [UInt8]

    package init(key: String, value: [UInt8]) {
        self.key = key
        self.value = value
    }

    package init(_ key: String, _ value: String) { self.init(key: key, value: Array(value.utf8)) }

    static func all(
        _ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<Agentd__Wire__V1__Header>?>?
    ) -> [Header] {
        guard let pointer, count > 0 else { return [] }
        return (0..<count).compactMap { index in
            pointer[index].map { Header(key: String(cString: $0.pointee.key), value: byteArray($0.pointee.value)) }
        }
    }
}

extension [Header] {
    /// What each header costs besides key and value, as HTTP/2 counts them (RFC 9113, 6.5.2).
    private static var overheadBytes: Int { 32 }

    /// What they count against the limit of headers.
    package var countedBytes: Int { reduce(0) { $0 + $1.key.utf8.count + $1.value.count + Self.overheadBytes } }

    /// Whether each key is one that gRPC allows too: of `a` to `z`, `0` to `9`, `_`, `-` and `.`.
    package var keysAreValid: Bool {
        allSatisfy { header in
            !header.key.isEmpty
                && header.key.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
        }
    }
}
