internal import AgentdClient
internal import ArgumentParser

struct UndeleteTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "undelete", "Takes back the deletion of a tenant. System administrators only.",
        examples: ["agentctl tenants undelete 0197f3a2-5b1c-7e44-9d0a-2f6b8c1d3e5f"])

    @Argument(help: "The id of the tenant, a UUID; `agentctl tenants list --show-deleted` shows it.")
    var id: String

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard TenantKeyArgument(argument: id)?.kind != .id else { return }
        throw ValidationError(
            "A deleted tenant has no slug any more, only its id, a UUID: `agentctl tenants list --show-deleted` shows "
                + "it."
        )
    }

    func run(_ session: Session) async throws {
        let tenant = try await session.client.undeleteTenant(
            id: id, etag: condition.etag, requestID: session.requestID)
        session.show(JSONValue(tenant), tenant.text)
    }
}
