internal import AgentdCore
internal import ArgumentParser
internal import Foundation
internal import Operations
internal import Services
internal import Storage

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the first key.", subcommands: [Create.self])
}

extension Token {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key of a system administrator and print it, alone, on standard output.",
            discussion: """
                Needs AGENTD_OWNER_DATABASE_URL, or works on the embedded database of --data-dir, whether or not a \
                daemon runs on it. The user is made when there is none; each call makes another \
                key, which is shown only now. Standard error says whose key it is and in which database it was made.
                """)

        @Flag(help: "Required: for everybody else, `agentctl tokens issue` makes keys.")
        var systemAdmin = false

        @Option(help: "The email of the system administrator, in the tenant DEFAULT_TENANT_SLUG.")
        var email = "system-administrator@localhost"

        @Option(help: "What the key is for, shown in lists of keys.")
        var name = "made with agentd token create"

        @Option(help: "After how long the key stops working, such as 12h or 90d. It does not by default.")
        var expiresIn: String?

        @OptionGroup var options: SettingOptions

        /// A hundred years: what is meant by more is "never".
        private static let longestMilliseconds = 36_525 * 86_400_000

        func validate() throws {
            guard systemAdmin else {
                throw ValidationError(
                    "Only --system-admin keys are made here; other keys with `agentctl tokens issue`.")
            }
            guard !email.isEmpty, email.utf8.count <= 254, email.contains("@"), !email.contains(where: \.isWhitespace)
            else {
                throw ValidationError("\"\(email)\" is not an email address.")
            }
            guard !name.isEmpty, name.count <= 200 else {
                throw ValidationError("The name must have 1 to 200 characters.")
            }
            guard let expiresIn else { return }
            guard let duration = DurationText.milliseconds(expiresIn), duration > 0,
                duration <= Self.longestMilliseconds
            else { throw ValidationError("\"\(expiresIn)\" is not a duration such as 12h or 90d, up to 36525d.") }
        }

        func run() async throws {
            let settings = try options.load()
            let key = APIKey.generate()
            let kept = SystemAdministrator.Key(
                id: key.id, secretDigest: key.secretDigest, displayName: name, expireTime: expireTime)
            let database = CommandDatabase(settings)
            try await database.withOwner { conninfo in
                try await Blocking.run {
                    _ = try SystemAdministrator(
                        ownerConninfo: conninfo, tenantSlug: settings.tenancy.defaultTenantSlug, email: email,
                        adding: kept)
                }
            }
            Output.line(key.text)
            Output.errorText(
                "made in \(database.name), for \(email) of the tenant \(settings.tenancy.defaultTenantSlug)\n")
        }

        private var expireTime: Timestamp? {
            expiresIn.flatMap { DurationText.milliseconds($0) }.map { duration in
                let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
                return Timestamp(microseconds: now + Int64(duration) * 1_000)
            }
        }
    }
}
