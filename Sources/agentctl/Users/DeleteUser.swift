internal import AgentdClient
internal import ArgumentParser

struct DeleteUser: ChangeCommand {
    static let configuration = CommandConfiguration(
        "delete", "Deletes a user, once you have agreed. Administrators only.",
        discussion: "This cannot be taken back. Its keys stop working; its agents stay, for administrators to list.",
        examples: ["agentctl users delete 7", "agentctl users delete 7 --yes"])

    @Argument(help: "The id of the user.")
    var id: Int64

    @OptionGroup var confirmation: Confirmation
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await confirmation.ask(repetition) {
            let user = try await session.client.getUser(id: id)
            let tenant = try await session.client.getCurrentTenant()
            return "Delete the user \(user.title) of \(tenant.slug), for good?"
        }
        let user = try await session.client.deleteUser(id: id, etag: condition.etag, requestID: session.requestID)
        session.show(JSONValue(user), "Deleted \(DisplayText.line(user.title))\n")
    }
}
