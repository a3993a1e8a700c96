package import AgentdCore

extension ServiceError {
    package static let drainingDoor = ServiceError(
        .draining, "The daemon is stopping; use another connection.", details: [.retry(afterMilliseconds: 1_000)])

    package static let headerKeysInvalid = ServiceError(
        .headerInvalid, "A header key has other characters than a-z, 0-9, '-', '_' and '.'.")

    package static func tooManyInFlight(limit: Int) -> ServiceError {
        ServiceError(
            .inFlightLimit, "The connection has \(limit) calls in flight, as many as it may.",
            details: [
                .quota(subject: "connection", description: "at most \(limit) calls in flight"),
                .retry(afterMilliseconds: 10),
            ])
    }

    package static func tooManyStreams(limit: Int) -> ServiceError {
        ServiceError(
            .inFlightLimit, "The daemon has \(limit) streams open, as many as it may.",
            details: [
                .quota(subject: "daemon", description: "at most \(limit) open streams"),
                .retry(afterMilliseconds: 1_000),
            ])
    }

    package static func headersTooLarge(limit: Int) -> ServiceError {
        ServiceError(
            .headersTooLarge, "The headers take more than \(limit) bytes.",
            details: [.quota(subject: "headers", description: "at most \(limit) bytes in one request")])
    }

    package static func messageTooLarge(limit: Int) -> ServiceError {
        ServiceError(
            .messageTooLarge, "The message takes more than \(limit) bytes.",
            details: [.quota(subject: "message size", description: "at most \(limit) bytes in one message")])
    }
}
