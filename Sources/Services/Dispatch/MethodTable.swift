internal import AgentdCore
internal import Messages
internal import Storage

/// Every method that this daemon serves, by its path. The messages of each are checked against the schema files once,
/// when the table is made.
struct MethodTable: Sendable {
    struct Entry: Sendable {
        let access: Access
        let looksIntoInactiveTenants: Bool
        /// Decodes the request, runs the method, and encodes the answer in the call's arena.
        let run: @Sendable (CallContext) async throws(ServiceError) -> EncodedMessage
    }

    private let entries: [String: Entry]

    init(_ shared: Dispatcher.Shared) {
        var table = Builder(maximumMessageBytes: shared.maximumMessageBytes)
        let pageTokens = shared.pageTokens

        table.add(CreateAgent())
        table.add(GetAgent())
        table.add(BatchGetAgents())
        table.add(ListAgents(pageTokens: pageTokens))
        table.add(ListPublicAgents(pageTokens: pageTokens))
        table.add(UpdateAgent())
        table.add(DeleteAgent())
        table.add(UndeleteAgent())

        table.add(CreateTenant(isSingleTenant: shared.isSingleTenant))
        table.add(GetTenant())
        table.add(ListTenants(pageTokens: pageTokens))
        table.add(UpdateTenant(isSingleTenant: shared.isSingleTenant))
        table.add(DeleteTenant())
        table.add(UndeleteTenant(isSingleTenant: shared.isSingleTenant))
        table.add(ResolveTenant())
        table.add(GetCurrentTenant())
        table.add(UpdateCurrentTenant())
        table.add(GetTenantStats())
        table.add(GetTenantSettings())
        table.add(UpdateTenantSettings())

        table.add(CreateUser())
        table.add(GetUser())
        table.add(ListUsers(pageTokens: pageTokens))
        table.add(UpdateUser())
        table.add(DeleteUser())
        table.add(WhoAmI())

        table.add(IssueToken())
        table.add(ListTokens(pageTokens: pageTokens))
        table.add(RevokeToken())

        table.add(ListAuditEvents(pageTokens: pageTokens))

        table.add(HealthCheck(health: shared.health))
        entries = table.entries
    }

    subscript(_ path: String) -> Entry? { entries[path] }

    private struct Builder {
        private static let schemas = Dictionary(uniqueKeysWithValues: MethodSchema.all.map { ($0.path, $0) })

        let maximumMessageBytes: Int
        private(set) var entries: [String: Entry] = [:]

        init(maximumMessageBytes: Int) { self.maximumMessageBytes = maximumMessageBytes }

        mutating func add<P: RemoteProcedure>(_ procedure: P) {
            guard let schema = Self.schemas[P.path] else {
                preconditionFailure("\(P.path) is not in the schema files.")
            }
            precondition(schema.input == P.Request.schema, "\(P.path) takes another message.")
            precondition(schema.output == P.Answer.schema, "\(P.path) gives another message.")
            let limit = maximumMessageBytes
            entries[P.path] = Entry(
                access: P.access, looksIntoInactiveTenants: P.looksIntoInactiveTenants
            ) { (context) throws(ServiceError) in
                let inbound = context.inbound
                let request = try inbound.payload.decode(
                    P.Request.self, arena: inbound.arena, memory: limit * DecodingMemory.factor)
                let answer = EncodedMessage(try await procedure(request, context), arena: inbound.arena)
                guard answer.packedSize <= limit else { throw .answerTooLarge(answer.packedSize, limit: limit) }
                return answer
            }
        }
    }
}

/// How much memory a request may take: its strings and their structs, but not the many times its size that empty
/// messages and unknown fields would.
package enum DecodingMemory {
    /// Times the message limit.
    package static let factor = 4
}

extension ServiceError {
    fileprivate static func answerTooLarge(_ size: Int, limit: Int) -> ServiceError {
        ServiceError(
            .messageTooLarge, "The answer would take \(size) bytes, the limit is \(limit). Ask for less at once.",
            details: [.quota(subject: "message size", description: "at most \(limit) bytes in one message")])
    }
}
