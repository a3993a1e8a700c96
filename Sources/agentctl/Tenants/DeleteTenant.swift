internal import AgentdClient
internal import ArgumentParser

struct DeleteTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "delete", "Deletes a tenant, once you have agreed; undelete takes it back. System administrators only.",
        discussion: """
            Its callers are refused from then on, and its slug and domain are free. Nothing of it is removed.
            """,
        examples: ["agentctl tenants delete acme", "agentctl tenants delete acme --yes"])

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
            return "Delete the tenant \(tenant.title)? All its callers will be refused."
        }
        let id = if let shown { shown.id } else { try await tenant.id(session) }
        var etag = condition.etag
        // What was shown is what is deleted; but a repeated change must be the earlier one, whose etag has passed.
        if etag.isEmpty, repetition.requestID == nil, let shown { etag = shown.etag }
        let addedEtag = etag == condition.etag ? nil : "--etag \(etag)"
        let difference = [tenant.difference(id), addedEtag].compactMap(\.self).joined(separator: ", ")
        let deleted = try await session.change(
            repeatedWith: difference.isEmpty ? nil : difference
        ) { () throws(AgentdError) in
            try await session.client.deleteTenant(id: id, etag: etag, requestID: session.requestID)
        }
        session.show(
            JSONValue(deleted),
            "Deleted \(DisplayText.line(deleted.title)). `agentctl tenants undelete \(deleted.id)` takes it back.\n")
    }

    func hint(on error: AgentdError) -> String? { condition.hint(on: error) }
}
