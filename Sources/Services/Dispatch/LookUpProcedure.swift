package import AgentdCore
package import Messages
package import Storage

/// One method of the API that reads something in the caller's tenant, for every principal: one statement, and its
/// answer is encoded straight from the rows. It runs without a task of its own.
package protocol LookUpProcedure: Sendable {
    associatedtype Request: DecodableMessage
    associatedtype LookUp: TenantLookUp
    /// As in the schema files, such as `/agentd.v1.AgentService/GetAgent`.
    static var path: String { get }
    /// The type of its answer.
    static var answer: MessageSchema { get }
    /// - Throws: What is wrong with the request.
    func lookUp(_ request: Request, of caller: Caller) throws(ServiceError) -> LookUp
    /// - Parameter found: Lent, as the message may lend it; both are good until the answer is packed.
    /// - Throws: When nothing was found.
    func encode(
        _ found: LookUp.Found, answering request: Request, of caller: Caller, in arena: Arena
    ) throws(ServiceError) -> EncodedMessage
}
