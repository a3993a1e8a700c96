package import AgentdCore
internal import Logging
package import Messages
package import Storage

/// Who may call a method. What the caller may see or change of an object is the method's own to decide.
package enum Access: Sendable, Equatable {
    /// Anybody, without a token.
    case anonymous
    /// Every principal.
    case authenticated
    /// This role or a higher one; a refused attempt is kept in the audit trail.
    case role(Role)
}

/// One method of the API: a file in this module, and its line in `MethodTable`.
package protocol RemoteProcedure: Sendable {
    associatedtype Request: DecodableMessage
    associatedtype Answer: EncodableMessage, Sendable
    /// As in the schema files, such as `/agentd.v1.AgentService/GetAgent`.
    static var path: String { get }
    static var access: Access { get }
    /// Whether a system administrator may call it in a selected tenant that is suspended or deleted, to see what there
    /// is before it decides about the tenant. Of methods that change nothing and show no agents.
    static var looksIntoInactiveTenants: Bool { get }
    /// Whether all that it does is one change in the caller's tenant, so that it is refused before it begins when too
    /// many calls wait for the database.
    static var changesTenant: Bool { get }
    /// `.unary`, or `.exchange` for a method that runs once for each message of a stream.
    static var kind: MethodKind { get }
    func callAsFunction(_ request: Request, _ context: CallContext) async throws(ServiceError) -> Answer
}

extension RemoteProcedure {
    package static var looksIntoInactiveTenants: Bool { false }
    package static var changesTenant: Bool { false }
    package static var kind: MethodKind { .unary }
}

/// One method of the API that answers with a stream of messages and needs no database.
package protocol ServerStreamProcedure: Sendable {
    associatedtype Request: DecodableMessage
    associatedtype Answer: EncodableMessage, Sendable
    /// As in the schema files, such as `/grpc.health.v1.Health/Watch`.
    static var path: String { get }
    /// Sends messages until there are no more; ends early when sending fails or the task is cancelled.
    /// - Parameter send: Waits while the client does not take what was sent before.
    func callAsFunction(
        _ request: Request, _ send: (Answer) async throws(ServiceError) -> Void
    ) async throws(ServiceError)
}

/// What a method knows of the call besides its request.
package struct CallContext: Sendable {
    package let inbound: InboundCall
    private let surroundings: Surroundings
    private let authenticated: Caller?

    /// The same for all calls of a handler. A class, so that handing it on with a call costs one count.
    final class Surroundings: Sendable {
        let logger: Logger
        fileprivate let reach: Reach?

        init(_ reach: Reach?, logger: Logger) {
            self.reach = reach
            self.logger = logger
        }
    }

    /// What a method can touch. Those that are open to anybody answer before there is any of it.
    struct Reach {
        let database: Database
        let news: IdentityNews
    }

    init(inbound: InboundCall, in surroundings: Surroundings, caller: Caller?) {
        self.inbound = inbound
        self.surroundings = surroundings
        authenticated = caller
    }

    var logger: Logger { surroundings.logger }

    /// Who calls. Methods that need no token must not ask.
    package var caller: Caller {
        guard let authenticated else { preconditionFailure("\(inbound.path) is open to anybody: it has no caller.") }
        return authenticated
    }

    private var needed: Reach {
        guard let reach = surroundings.reach else {
            preconditionFailure("\(inbound.path) is open to anybody: it has no database.")
        }
        return reach
    }

    package var database: Database { needed.database }

    /// The database as this caller sees it.
    package var tenant: TenantSession {
        database.tenantSession(for: caller, callID: inbound.callID, deadline: inbound.deadline)
    }

    /// The same in the tenant that the caller's user belongs to, also when a system administrator selected another one.
    var homeTenant: TenantSession {
        database.tenantSession(
            for: Caller(principal: caller.principal), callID: inbound.callID, deadline: inbound.deadline)
    }

    /// Makes every event loop of this daemon look again at what depends on the change, before the caller hears that it
    /// was made. Other replicas hear of it from the database.
    func announce(_ change: IdentityChange) async { await needed.news.announce([change]) }

    package var platform: PlatformSession { database.platformSession(deadline: inbound.deadline) }

    /// What makes this change safe to retry.
    /// - Parameter requestID: The text of the request; empty for none. It was validated before.
    func change(requestID: String) -> ChangeContext {
        ChangeContext(requestID: UUIDValue(requestID), payloadDigest: inbound.payload.withBytes(Digest.sha256))
    }
}
