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

    /// What each header costs besides key and value, as HTTP/2 counts them (RFC 9113, 6.5.2).
    static let overheadBytes = 32

    /// Of `a` to `z`, `0` to `9`, `_`, `-` and `.`: what gRPC allows too.
    static func isAllowedInKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    static func all(
        _ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<Agentd__Wire__V1__Header>?>?
    ) -> [Header] {
        HeaderList(count, pointer).copied
    }
}

extension [Header] {
    /// What they count against the limit of headers.
    package var countedBytes: Int { reduce(0) { $0 + $1.key.utf8.count + $1.value.count + Header.overheadBytes } }

    /// Whether each key is one that gRPC allows too.
    package var keysAreValid: Bool {
        allSatisfy { !$0.key.isEmpty && $0.key.utf8.allSatisfy(Header.isAllowedInKey) }
    }
}
