internal import AgentdCore
internal import Crypto

/// The request id under which a line of an import is created: the same line at the same place of a file always has the
/// same, so that the daemon recognises it when the import is run again.
package enum ImportRequestID {
    /// Goes before everything, so that no other use of the digest gives the same ids.
    private static let domain = "agentd import 1"

    /// A UUID of version 8 (RFC 9562, section 5.8): the first 122 free bits of the SHA-256 of domain, line number and
    /// line. Neither tenant nor caller is in it; the daemon keeps request ids for each of them anyway.
    package static func make(lineNumber: Int, line: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(domain)\n\(lineNumber)\n".utf8))
        hash.update(data: line)
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for (index, byte) in hash.finalize().prefix(16).enumerated() {
            if index < 8 {
                words.high = words.high << 8 | UInt64(byte)
            } else {
                words.low = words.low << 8 | UInt64(byte)
            }
        }
        let high = words.high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000
        let low = words.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUIDValue(high: high, low: low).description
    }
}
