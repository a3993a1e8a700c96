package import AgentdCore
internal import CAgentdProto

/// `google.rpc.Status` as a client reads it.
package struct StatusMessage: DecodableMessage, Equatable {
    package static var schema: MessageSchema { StatusDetails.schema }

    package let code: Int32
    package let message: String
    /// `google.rpc.ErrorInfo.reason`, empty when there is none.
    package let reason: String
    /// `google.rpc.BadRequest.field_violations`.
    package let violations: [FieldViolation]
    /// `google.rpc.RetryInfo.retry_delay` in milliseconds.
    package let retryAfterMilliseconds: Int?
    /// `google.rpc.QuotaFailure.violations.subject`: which limits were reached.
    package let quotaSubjects: [String]

    package init(_ view: MessageView) throws(ServiceError) {
        let status = view.of(Google__Rpc__Status.self).pointee
        code = status.code
        message = String(cString: status.message)
        var reason = ""
        var violations: [FieldViolation] = []
        var retryAfterMilliseconds: Int?
        var quotaSubjects: [String] = []
        let details: [AnyMessage] = try messages(status.n_details, status.details)
        for detail in details {
            switch detail.typeName {
            case "google.rpc.ErrorInfo":
                reason = try ErrorInfoMessage(decoding: detail.value).reason
            case "google.rpc.BadRequest":
                violations = try BadRequestMessage(decoding: detail.value).violations
            case "google.rpc.RetryInfo":
                retryAfterMilliseconds = try RetryInfoMessage(decoding: detail.value).milliseconds
            case "google.rpc.QuotaFailure":
                quotaSubjects = try QuotaFailureMessage(decoding: detail.value).subjects
            default:
                continue
            }
        }
        self.reason = reason
        self.violations = violations
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.quotaSubjects = quotaSubjects
    }
}

private struct AnyMessage: DecodableMessage {
    static let schema = MessageSchema(of: google__protobuf__any__init)
    let typeName: String
    let value: [UInt8]

    init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Google__Protobuf__Any.self).pointee
        typeName = String(String(cString: message.type_url).split(separator: "/").last ?? "")
        value = byteArray(message.value)
    }
}

private struct ErrorInfoMessage: DecodableMessage {
    static let schema = MessageSchema(of: google__rpc__error_info__init)
    let reason: String

    init(_ view: MessageView) throws(ServiceError) {
        reason = String(cString: view.of(Google__Rpc__ErrorInfo.self).pointee.reason)
    }
}

private struct BadRequestMessage: DecodableMessage {
    static let schema = MessageSchema(of: google__rpc__bad_request__init)
    let violations: [FieldViolation]

    init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Google__Rpc__BadRequest.self).pointee
        var violations: [FieldViolation] = []
        for index in 0..<message.n_field_violations {
            guard let violation = message.field_violations[index]?.pointee else { continue }
            violations.append(
                FieldViolation(
                    field: String(cString: violation.field), description: String(cString: violation.description)))
        }
        self.violations = violations
    }
}

private struct RetryInfoMessage: DecodableMessage {
    static let schema = MessageSchema(of: google__rpc__retry_info__init)
    let milliseconds: Int

    init(_ view: MessageView) throws(ServiceError) {
        let delay = view.of(Google__Rpc__RetryInfo.self).pointee.retry_delay
        let seconds = min(max(delay?.pointee.seconds ?? 0, 0), 86_400)
        milliseconds = Int(seconds) * 1_000 + Int(delay?.pointee.nanos ?? 0) / 1_000_000
    }
}

private struct QuotaFailureMessage: DecodableMessage {
    static let schema = MessageSchema(of: google__rpc__quota_failure__init)
    let subjects: [String]

    init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Google__Rpc__QuotaFailure.self).pointee
        subjects = (0..<message.n_violations).compactMap { message.violations[$0]?.pointee }
            .map { String(cString: $0.subject) }
    }
}
