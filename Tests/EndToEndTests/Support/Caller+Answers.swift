internal import Messages

extension Caller {
    /// All of an answer but the id of its frame, which differs from call to call by its nature.
    func answer(_ method: String, _ message: some EncodableMessage) async throws -> [UInt8] {
        try await send(method, message, headers: [Header("x-request-id", "the-same-for-all")]).bytes
    }
}
