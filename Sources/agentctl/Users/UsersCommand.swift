internal import ArgumentParser

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "users", "Users of the tenant that you work in.",
        examples: ["agentctl users list", "agentctl users update 7 --role TENANT_ADMIN"],
        subcommands: [
            CreateUser.self, GetUser.self, ListUsers.self, UpdateUser.self, DeleteUser.self, WhoAmICommand.self,
        ])
}
