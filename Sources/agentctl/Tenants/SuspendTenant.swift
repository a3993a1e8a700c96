internal import AgentdClient
internal import ArgumentParser

struct SuspendTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "suspend", "Refuses a tenant's callers, once you have agreed, until it is resumed. System administrators only.",
        examples: ["agentctl tenants suspend acme", "agentctl tenants suspend acme --yes"])

    @OptionGroup var tenant: TenantArgument
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        var shown: AgentdClient.Tenant?
        try await confirmation.ask(repetition) {
            let tenant = try await tenant.read(session.client)
            shown = tenant
            return "Suspend the tenant \(tenant.title)? All its callers will be refused."
        }
        let id = if let shown { shown.id } else { try await tenant.id(session) }
        let suspended = try await session.change(repeatedWith: tenant.difference(id)) { () throws(AgentdError) in
            try await session.client.setState(
                .suspended, ofTenant: id, etag: condition.etag, requestID: session.requestID)
        }
        session.show(JSONValue(suspended), suspended.text)
    }
}

extension AgentdClient {
    func setState(
        _ state: TenantState, ofTenant id: String, etag: String, requestID: String?
    ) async throws(AgentdError) -> Tenant {
        var tenant = Tenant(slug: "")
        tenant.id = id
        tenant.etag = etag
        tenant.state = state
        return try await updateTenant(tenant, fields: [.state], requestID: requestID)
    }
}
