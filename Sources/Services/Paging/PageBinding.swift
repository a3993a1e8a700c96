internal import AgentdCore

/// What a page token is good for: one caller in one tenant, one method, and the parameters that decide which objects
/// the list holds and in which order. The page size may change from page to page.
struct PageBinding {
    let caller: Caller
    let method: String
    let parameters: [String]

    /// No two bindings are the same bytes: what is not of a fixed length stands behind its length.
    func write(to bytes: inout [UInt8]) {
        let principal = caller.principal
        for tenant in [caller.tenantID.value, principal.tenantID.value] {
            Self.append(tenant.high, to: &bytes)
            Self.append(tenant.low, to: &bytes)
        }
        Self.append(UInt64(bitPattern: principal.userID), to: &bytes)
        Self.append(method, to: &bytes)
        for parameter in parameters { Self.append(parameter, to: &bytes) }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
