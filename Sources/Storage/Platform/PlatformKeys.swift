internal import Postgres

/// Secrets that every replica must have alike. They are made by a migration and read once, at start.
package struct PlatformKeys: Sendable {
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    /// Signs page tokens: a page that one replica began may be continued by another. 32 bytes.
    package let pageTokens: [UInt8]

    /// Reads them. Blocks its thread.
    /// - Parameter platformConninfo: Connects as `agentd_platform`, the only role that may read them.
    package init(platformConninfo: String) throws(Failure) {
        let rows: [[String?]]
        do {
            let connection = try ScriptConnection(conninfo: platformConninfo)
            rows = try connection.rows("SELECT encode(key, 'hex') FROM platform_keys WHERE name = 'page_tokens'")
        } catch {
            throw Failure(description: error.description)
        }
        guard let text = rows.first?.first ?? nil, let key = Self.bytes(hexadecimal: text), key.count == 32 else {
            throw Failure(
                description: "The table platform_keys has no key named page_tokens, which `agentd migrate` puts there. "
                    + "Restore that row from a backup.")
        }
        pageTokens = key
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map { UInt8($0) } }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
