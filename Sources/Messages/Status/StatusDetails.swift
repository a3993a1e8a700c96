package import AgentdCore
internal import CAgentdProto

/// `google.rpc.Status` of an error: `google.rpc.ErrorInfo` first, then the details that a client can act on.
package struct StatusDetails: EncodableMessage {
    package static let schema = MessageSchema(of: google__rpc__status__init)
    /// `google.rpc.ErrorInfo.domain` of every error.
    package static let domain = "agentd"

    private let error: ServiceError

    package init(_ error: ServiceError) { self.error = error }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let status = builder.make(google__rpc__status__init)
        status.pointee.code = Int32(error.code.rawValue)
        status.pointee.message = builder.text(error.message)
        let details =
            [builder.packAny(builder.errorInfo(reason: error.reason.rawValue))]
            + error.details.map { builder.packAny(builder.detail($0)) }
        status.pointee.n_details = details.count
        status.pointee.details = builder.pointers(details)
        return MessageView(pointer: status)
    }
}

extension MessageBuilder {
    /// A message in a `google.protobuf.Any`.
    fileprivate func packAny(_ message: EncodedMessage) -> UnsafeMutablePointer<Google__Protobuf__Any> {
        let any = make(google__protobuf__any__init)
        any.pointee.type_url = text("type.googleapis.com/\(message.schemaName)")
        any.pointee.value = message.packed(self)
        return any
    }

    fileprivate func errorInfo(reason: String) -> EncodedMessage {
        let info = make(google__rpc__error_info__init)
        info.pointee.reason = text(reason)
        info.pointee.domain = text(StatusDetails.domain)
        return EncodedMessage(view: MessageView(pointer: info))
    }

    fileprivate func detail(_ detail: ErrorDetail) -> EncodedMessage {
        switch detail {
        case .badRequest(let violations): badRequest(violations)
        case .resource(let type, let name): resource(type: type, name: name)
        case .retry(let milliseconds): retry(afterMilliseconds: milliseconds)
        case .quota(let subject, let description): quota(subject: subject, description: description)
        case .precondition(let type, let subject, let description):
            precondition(type: type, subject: subject, description: description)
        case .request(let id): request(id: id)
        }
    }

    private func badRequest(_ violations: [FieldViolation]) -> EncodedMessage {
        let message = make(google__rpc__bad_request__init)
        message.pointee.n_field_violations = violations.count
        message.pointee.field_violations = pointers(
            violations.map { violation in
                let field = make(google__rpc__bad_request__field_violation__init)
                field.pointee.field = text(violation.field)
                field.pointee.description = text(violation.description)
                return field
            })
        return EncodedMessage(view: MessageView(pointer: message))
    }

    private func resource(type: String, name: String) -> EncodedMessage {
        let message = make(google__rpc__resource_info__init)
        message.pointee.resource_type = text(type)
        message.pointee.resource_name = text(name)
        return EncodedMessage(view: MessageView(pointer: message))
    }

    private func retry(afterMilliseconds milliseconds: Int) -> EncodedMessage {
        let delay = make(google__protobuf__duration__init)
        delay.pointee.seconds = Int64(milliseconds / 1_000)
        delay.pointee.nanos = Int32(milliseconds % 1_000 * 1_000_000)
        let message = make(google__rpc__retry_info__init)
        message.pointee.retry_delay = delay
        return EncodedMessage(view: MessageView(pointer: message))
    }

    private func quota(subject: String, description: String) -> EncodedMessage {
        let violation = make(google__rpc__quota_failure__violation__init)
        violation.pointee.subject = text(subject)
        violation.pointee.description = text(description)
        let message = make(google__rpc__quota_failure__init)
        message.pointee.n_violations = 1
        message.pointee.violations = pointers([violation])
        return EncodedMessage(view: MessageView(pointer: message))
    }

    private func precondition(type: String, subject: String, description: String) -> EncodedMessage {
        let violation = make(google__rpc__precondition_failure__violation__init)
        violation.pointee.type = text(type)
        violation.pointee.subject = text(subject)
        violation.pointee.description = text(description)
        let message = make(google__rpc__precondition_failure__init)
        message.pointee.n_violations = 1
        message.pointee.violations = pointers([violation])
        return EncodedMessage(view: MessageView(pointer: message))
    }

    private func request(id: String) -> EncodedMessage {
        let message = make(google__rpc__request_info__init)
        message.pointee.request_id = text(id)
        return EncodedMessage(view: MessageView(pointer: message))
    }
}
