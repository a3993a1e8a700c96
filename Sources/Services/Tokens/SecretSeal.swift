internal import AgentdCore
internal import Crypto

/// Keeps the secret of a new key for a retry of the call that made it, and for nobody else: it is encrypted under a key
/// that is derived from the caller's bearer token, which the daemon does not keep. Whoever reads the database cannot
/// open it; neither can the caller with another token.
struct SecretSeal {
    private static let purpose = Array("agentd IssueToken secret 1".utf8)

    private let key: SymmetricKey

    /// - Parameter requestID: Each request has a sealing key of its own.
    init(bearer: BearerToken, requestID: UUIDValue) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bearer.bytes), salt: Array("\(requestID)".utf8), info: Self.purpose,
            outputByteCount: 32)
    }

    func close(_ key: APIKey) throws(ServiceError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(Array(key.text.utf8), using: self.key, authenticating: Array(key.id.utf8))
            guard let combined = box.combined else {
                throw ServiceError.internal("a sealed secret has no combined form")
            }
            return Array(combined)
        } catch {
            throw .internal("sealing a secret failed: \(error)")
        }
    }

    /// The whole key again; nil when it was sealed with another bearer token or for another request.
    func open(_ sealed: [UInt8], keyID: String) -> String? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let text = try? AES.GCM.open(box, using: key, authenticating: Array(keyID.utf8))
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
