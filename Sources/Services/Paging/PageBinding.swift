internal import AgentdCore
internal import Crypto

/// What a page token is good for: one caller in one tenant, one method, and the parameters that decide which objects
/// the list holds and in which order. The page size may change from page to page.
struct PageBinding {
    let caller: Caller
    let method: String
    let parameters: [String]

    /// 32 bytes. Each part is preceded by its length, so that no two bindings are the same bytes.
    var digest: [UInt8] {
        var hash = SHA256()
        let principal = caller.principal
        let parts = ["\(caller.tenantID)", "\(principal.tenantID)", "\(principal.userID)", method] + parameters
        for part in parts {
            let bytes = Array(part.utf8)
            withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        return Array(hash.finalize())
    }
}
