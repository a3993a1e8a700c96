internal import ArgumentParser
internal import ClientOptions

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where agentd listens, such as 127.0.0.1:50051 or unix:/run/agentd/agentd.sock: AGENTD_ADDRESS, or else "
                + "127.0.0.1:50051.", valueName: "address"))
    var address: String?

    @Option(help: "An API key or a JWT. Other users of this machine can see it here; better set AGENTD_TOKEN.")
    var token: String?

    @Option(
        help: ArgumentHelp("A file with an API key or a JWT; - is standard input.", valueName: "path"),
        completion: .file())
    var tokenFile: String?

    @Option(help: ArgumentHelp("The tenant that a system administrator works in.", valueName: "id or slug"))
    var tenant: String?

    @Option(help: ArgumentHelp("How long a call may take, such as 500ms, 30s or 2m.", valueName: "time"))
    var timeout = TimeSpan(.seconds(30))

    @Option(name: [.short, .long], help: "table is for people, json for programs.")
    var output = OutputFormat.table

    @OptionGroup(title: "Encryption") var tls: TLSOptions

    func validate() throws {
        if token != nil, tokenFile != nil { throw ValidationError("Give --token or --token-file, not both.") }
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case json
}
