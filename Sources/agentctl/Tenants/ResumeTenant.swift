internal import AgentdClient
internal import ArgumentParser

struct ResumeTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "resume", "Lets a suspended tenant work again. System administrators only.",
        examples: ["agentctl tenants resume acme"])

    @OptionGroup var tenant: TenantArgument
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let id = try await tenant.id(session)
        let resumed = try await session.change(repeatedWith: tenant.difference(id)) { () throws(AgentdError) in
            try await session.client.setState(
                .active, ofTenant: id, etag: condition.etag, requestID: session.requestID)
        }
        session.show(JSONValue(resumed), resumed.text)
    }
}
