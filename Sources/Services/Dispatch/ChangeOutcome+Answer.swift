internal import AgentdCore
internal import Storage

/// What a change was about, for the errors of its outcome.
enum ChangeSubject {
    /// Something new of this kind, which depends on nothing that is there.
    case created(String)
    case agent(Int64)
    /// A new key for a user.
    case key
}

extension ChangeOutcome {
    /// The value of a change that was made; for every other outcome the one error that a caller is told.
    func value(of subject: ChangeSubject) throws(ServiceError) -> Value {
        switch (self, subject) {
        case (.done(let value), _): return value
        case (.requestIDReused, _): throw .requestIDReused
        case (.absent, .agent): throw .agentNotFound
        case (.foreign, .agent(let id)): throw .notOwner(ofAgent: id)
        case (.stale, .agent): throw .etagMismatch
        case (.unsuitable, .agent(let id)): throw .agentNotDeleted(id)
        case (.absent, .key): throw .userNotFound
        case (.foreign, .key): throw .roleRequired(.systemAdministrator)
        case (.absent, .created(let kind)), (.foreign, .created(let kind)), (.stale, .created(let kind)),
            (.unsuitable, .created(let kind)):
            throw .internal("creating \(kind) ended with \(self)")
        case (.stale, .key), (.unsuitable, .key):
            throw .internal("issuing a key ended with \(self)")
        }
    }
}

extension EntityTag {
    /// The revision that an object must have: nil for any when no tag is given, 0, which matches none, for a text that
    /// never was a tag.
    static func expectedRevision(_ text: String) -> Int64? { text.isEmpty ? nil : revision(text) }
}

extension ServiceError {
    fileprivate static let requestIDReused = ServiceError(
        .requestIDReused,
        "The request_id belongs to an earlier request that was another one. Use a new UUID for each change.")

    fileprivate static func notOwner(ofAgent id: Int64) -> ServiceError {
        ServiceError(
            .notOwner, "Only its owner may change this agent.",
            details: [.resource(type: "agentd.v1.Agent", name: "\(id)")])
    }

    /// Reading it again takes no waiting, so the delay is a token one.
    fileprivate static let etagMismatch = ServiceError(
        .etagMismatch, "It was changed since the etag was read. Read it again, and retry with the new etag.",
        details: [.retry(afterMilliseconds: 10)])

    fileprivate static func agentNotDeleted(_ id: Int64) -> ServiceError {
        ServiceError(
            .agentNotDeleted, "The agent is not deleted.",
            details: [
                .precondition(
                    type: "AGENT_STATE", subject: "\(id)", description: "only a deleted agent can be undeleted")
            ])
    }

    /// As with agents, the same to the byte for another tenant's user and for one that never was.
    static let userNotFound = ServiceError(
        .userNotFound, "The tenant has no active user with this id.",
        details: [.resource(type: "agentd.v1.User", name: "")])
}
