internal import AgentdCore
internal import Messages
internal import Storage

/// Every method that this daemon serves, by its path. The messages of each are checked against the schema files once,
/// when the table is made.
struct MethodTable: Sendable {
    /// A class, since it is looked up for every call.
    final class Entry: Sendable {
        /// Decodes the request, runs the method, and encodes the answer in the call's arena; nil after a stream.
        typealias Run = @Sendable (CallContext) async throws(ServiceError) -> EncodedMessage?
        /// The same without a task.
        typealias Begin = @Sendable (LookUpCall) -> StartedCall

        let method: CallMethod
        let access: Access
        let looksIntoInactiveTenants: Bool
        /// What it waits for in the caller's tenant, where that is all it does.
        let work: TenantWork?
        let run: Run
        /// Nil when it needs a task.
        let begin: Begin?

        init(
            method: CallMethod, access: Access, looksIntoInactiveTenants: Bool = false, work: TenantWork? = nil,
            begin: Begin? = nil, run: @escaping Run
        ) {
            self.method = method
            self.access = access
            self.looksIntoInactiveTenants = looksIntoInactiveTenants
            self.work = work
            self.run = run
            self.begin = begin
        }
    }

    enum TenantWork {
        case read
        case change
    }

    private let entries: [Entry]
    private let paths: MethodPaths

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

        table.addOpen(health: shared.health)
        entries = table.entries
        paths = MethodPaths(table.entries.map(\.method))
    }

    /// Those that are open to anybody, for a daemon that has no database yet.
    init(openWith health: HealthState, maximumMessageBytes: Int) {
        var table = Builder(maximumMessageBytes: maximumMessageBytes)
        table.addOpen(health: health)
        entries = table.entries
        paths = MethodPaths(table.entries.map(\.method))
    }

    func method(_ path: UnsafeRawBufferPointer) -> CallMethod? { paths[path] }

    /// That of a method, nil when it is not in this table.
    subscript(_ method: CallMethod?) -> Entry? {
        guard let method else { return nil }
        if entries.indices.contains(method.number), entries[method.number].method === method {
            return entries[method.number]
        }
        // Of the handler that was asked when the call began to come; this one has taken its place since.
        return paths[method.path].map { entries[$0.number] }
    }

    private struct Builder {
        private static let schemas = Dictionary(uniqueKeysWithValues: MethodSchema.all.map { ($0.path, $0) })

        let maximumMessageBytes: Int
        private(set) var entries: [Entry] = []

        init(maximumMessageBytes: Int) { self.maximumMessageBytes = maximumMessageBytes }

        mutating func addOpen(health: HealthState) {
            add(HealthCheck(health: health))
            add(HealthWatch(health: health))
            let reflection = SchemaReflection()
            add(ServerReflectionInfo<StableReflection>(reflection: reflection))
            add(ServerReflectionInfo<AlphaReflection>(reflection: reflection))
        }

        mutating func add<P: RemoteProcedure>(_ procedure: P) {
            let method = method(P.path, P.kind, from: P.Request.schema, to: P.Answer.schema)
            let limit = maximumMessageBytes
            entries.append(
                Entry(
                    method: method, access: P.access, looksIntoInactiveTenants: P.looksIntoInactiveTenants,
                    work: P.changesTenant ? .change : nil
                ) { (context) throws(ServiceError) in
                    let inbound = context.inbound
                    let request = try inbound.request(P.Request.self, limit: limit)
                    return try inbound.encode(try await procedure(request, context), in: inbound.arena, limit: limit)
                })
        }

        mutating func add<P: LookUpProcedure>(_ procedure: P) {
            let limit = maximumMessageBytes
            @Sendable func request(_ context: CallContext) throws(ServiceError) -> P.Request {
                try context.inbound.request(P.Request.self, limit: limit)
            }
            let entry = Entry(
                method: method(P.path, .unary, from: P.Request.schema, to: P.answer), access: .authenticated,
                work: .read,
                begin: { call in
                    do throws(ServiceError) {
                        let request = try request(call.context)
                        let lookUp = try procedure.lookUp(request, of: call.context.caller)
                        let answer = LookUpAnswer(to: request, procedure, of: call, maximumBytes: limit)
                        return StartedCall(lookUp.begin(in: call.context.tenant, for: answer))
                    } catch {
                        call.ended(with: .failure(error))
                        return StartedCall(nil)
                    }
                },
                run: { (context) throws(ServiceError) in
                    let request = try request(context)
                    let lookUp = try procedure.lookUp(request, of: context.caller)
                    return try await lookUp.run(in: context.tenant) { (found) throws(ServiceError) in
                        try procedure.answer(to: request, with: found, context, maximumBytes: limit)
                            .packed(in: context.inbound.arena)
                    }
                })
            entries.append(entry)
        }

        mutating func add<P: ServerStreamProcedure>(_ procedure: P) {
            let method = method(P.path, .serverStream, from: P.Request.schema, to: P.Answer.schema)
            let limit = maximumMessageBytes
            entries.append(
                Entry(method: method, access: .anonymous) { (context) throws(ServiceError) in
                    let inbound = context.inbound
                    try await procedure(try inbound.request(P.Request.self, limit: limit)) {
                        (answer) throws(ServiceError) in
                        // A stream may be long: its messages must not pile up in the arena of the call.
                        let arena = Arena(capacity: limit)
                        try await inbound.send(try inbound.encode(answer, in: arena, limit: limit))
                    }
                    return nil
                })
        }

        private func method(
            _ path: String, _ kind: MethodKind, from request: MessageSchema, to answer: MessageSchema
        ) -> CallMethod {
            guard let schema = Self.schemas[path] else { preconditionFailure("\(path) is not in the schema files.") }
            precondition(schema.input == request, "\(path) takes another message.")
            precondition(schema.output == answer, "\(path) gives another message.")
            return CallMethod(path: path, kind: kind, number: entries.count)
        }
    }
}

/// How much memory a request may take: its strings and their structs, but not the many times its size that empty
/// messages and unknown fields would.
package enum DecodingMemory {
    /// Times the message limit.
    package static let factor = 4
}

extension InboundCall {
    fileprivate func request<Request: DecodableMessage>(
        _ type: Request.Type, limit: Int
    ) throws(ServiceError) -> Request {
        try payload.decode(type, arena: arena, memory: limit * DecodingMemory.factor)
    }

    fileprivate func encode(
        _ answer: some EncodableMessage, in arena: Arena, limit: Int
    ) throws(ServiceError) -> EncodedMessage {
        try EncodedMessage(answer, arena: arena).within(limit)
    }
}

extension EncodedMessage {
    func within(_ limit: Int) throws(ServiceError) -> EncodedMessage {
        guard packedSize <= limit else { throw .answerTooLarge(packedSize, limit: limit) }
        return self
    }
}

extension ServiceError {
    fileprivate static func answerTooLarge(_ size: Int, limit: Int) -> ServiceError {
        ServiceError(
            .messageTooLarge, "The answer would take \(size) bytes, the limit is \(limit). Ask for less at once.",
            details: [.quota(subject: "message size", description: "at most \(limit) bytes in one message")])
    }
}
