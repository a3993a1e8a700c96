internal import Messages

extension Caller {
    /// All of an answer but the id of its frame, which differs from call to call by its nature.
    func answer(_ method: String, _ message: some EncodableMessage) async throws -> [UInt8] {
        let headers = [Header("x-request-id", "the-same-for-all")]
        let response = try await send(method, message, headers: headers).response
        let header = response.headers.flatMap { Array($0.key.utf8) + $0.value }
        return [UInt8(response.code)] + Array(response.error.utf8) + response.details + header + response.message
    }
}
