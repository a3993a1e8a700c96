internal import Foundation
internal import TestSupport

/// What a daemon that logs JSON has said of one call.
struct LoggedCall: Decodable {
    let message: String
    let level: String
    let requestID: String
    let traceID: String?
    let spanID: String?
    let method: String
    let door: String
    let peer: String
    let code: String
    let reason: String?
    let tenant: String?
    let principal: String?
    let principalTenant: String?
    let tokenID: String?
    let duration: Double
    let requestBytes: Int
    let responseBytes: Int

    enum CodingKeys: String, CodingKey {
        case message, level, method, door, peer, code, reason, tenant, principal
        case requestID = "request_id"
        case traceID = "trace_id"
        case spanID = "span_id"
        case principalTenant = "principal_tenant"
        case tokenID = "token_id"
        case duration = "duration_ms"
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"
    }

    /// Code and reason of an error, such as `NOT_FOUND AGENT_NOT_FOUND`; `OK` of a success.
    var outcome: String { reason.map { "\(code) \($0)" } ?? code }
}

extension Daemon {
    /// What makes a daemon log its calls so that they can be read.
    static let loggingCalls = ["AGENTD_LOG_CALLS": "all", "AGENTD_LOG_FORMAT": "json"]

    /// Of all calls that were logged so far, as JSON.
    var loggedCalls: [LoggedCall] {
        let decoder = JSONDecoder()
        // The last line may not be whole yet.
        return log.split(separator: "\n").compactMap { try? decoder.decode(LoggedCall.self, from: Data($0.utf8)) }
            .filter { $0.message == "call" }
    }

    /// Waits until the call has its line.
    func loggedCall(_ requestID: String) async throws -> LoggedCall {
        var found: LoggedCall?
        try await waitUntil {
            found = loggedCalls.first { $0.requestID == requestID }
            return found != nil
        }
        guard let found else { throw Failure(description: "the call was not logged") }
        return found
    }
}
