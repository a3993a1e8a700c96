internal import AgentdCore
internal import CAgentdProto
internal import CProtobufC

/// The only place where bytes from outside become C structs.
enum CheckedDecoder {
    static func decode(
        _ bytes: UnsafeRawBufferPointer, schema: MessageSchema, arena: Arena, memory: Int
    ) throws(ServiceError) -> MessageView {
        var scanner = WireScanner(memory: min(memory, arena.remainingForDecoding))
        do {
            try scanner.scan(bytes, as: schema.descriptor)
        } catch {
            throw ServiceError.message(error.path, error.description)
        }
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let message = protobuf_c_message_unpack(schema.descriptor, arena.allocator, bytes.count, start) else {
            throw ServiceError.message("", "is not a \(schema.name)")
        }
        return MessageView(pointer: UnsafeRawPointer(message))
    }
}

/// Reading the C forms of repeated and nested fields.
func strings(_ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let pointer else { return [] }
    return (0..<count).compactMap { index in pointer[index].map { String(cString: $0) } }
}

/// A nested message, nil when it is absent.
/// - Parameter field: Its name, which goes before the path of what is wrong within it.
func optionalMessage<C, M: DecodableMessage>(
    _ pointer: UnsafeMutablePointer<C>?, field: String
) throws(ServiceError) -> M? {
    guard let pointer else { return nil }
    do {
        return try M(MessageView(pointer: pointer))
    } catch {
        throw error.inside(field)
    }
}

/// A repeated message.
func messages<C, M: DecodableMessage>(
    _ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?
) throws(ServiceError) -> [M] {
    var messages: [M] = []
    guard let pointer else { return messages }
    messages.reserveCapacity(count)
    for index in 0..<count {
        if let element = pointer[index] { messages.append(try M(MessageView(pointer: element))) }
    }
    return messages
}

func byteArray(_ data: ProtobufCBinaryData) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len))
}

extension ServiceError {
    /// The same of a message that is a field of another one.
    fileprivate func inside(_ field: String) -> ServiceError {
        guard reason == .messageInvalid, case .badRequest(let violations)? = details.first,
            let violation = violations.first
        else { return self }
        return .message("\(field).\(violation.field)", violation.description)
    }
}
