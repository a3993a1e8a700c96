internal import AgentdCore
@testable internal import Messages
internal import Testing

/// Reads bytes as a message of a schema.
/// - Returns: The message as protobuf-c writes it again.
func decode(_ bytes: [UInt8], as schema: MessageSchema, memory: Int = 1 << 20) -> Result<[UInt8], ServiceError> {
    let arena = Arena(capacity: memory)
    return bytes.withUnsafeBytes { buffer in
        Result { () throws(ServiceError) in
            let view = try CheckedDecoder.decode(buffer, schema: schema, arena: arena, memory: memory)
            return EncodedMessage(view: view).bytes
        }
    }
}

/// What was wrong with bytes that had to be refused: the field's path and the description.
func refusal(_ bytes: [UInt8], as schema: MessageSchema, memory: Int = 1 << 20) -> FieldViolation? {
    guard case .failure(let error) = decode(bytes, as: schema, memory: memory) else { return nil }
    return error.violation
}

extension ServiceError {
    /// The one field violation of an undecodable message.
    var violation: FieldViolation? {
        guard reason == .messageInvalid, case .badRequest(let violations)? = details.first, violations.count == 1 else {
            return nil
        }
        return violations[0]
    }
}
