internal import AgentdCore
internal import CAgentdProto

extension MessageBuilder {
    func timestamp(_ time: Timestamp) -> UnsafeMutablePointer<Google__Protobuf__Timestamp> {
        let message = make(google__protobuf__timestamp__init)
        message.pointee.seconds = time.seconds
        message.pointee.nanos = time.nanoseconds
        return message
    }

    func timestamp(_ time: Timestamp?) -> UnsafeMutablePointer<Google__Protobuf__Timestamp>? {
        time.map { timestamp($0) }
    }
}

/// A time of a request, nil when it is absent.
/// - Throws: `MESSAGE_INVALID` when it lies outside of what `google.protobuf.Timestamp` allows.
func timestamp(
    _ pointer: UnsafeMutablePointer<Google__Protobuf__Timestamp>?, field: String
) throws(ServiceError) -> Timestamp? {
    guard let pointer else { return nil }
    guard let time = Timestamp(seconds: pointer.pointee.seconds, nanoseconds: pointer.pointee.nanos) else {
        throw ServiceError.message(field, "is not a time between the years 1 and 9999")
    }
    return time
}
