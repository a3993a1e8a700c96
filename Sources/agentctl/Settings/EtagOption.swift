internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

/// Makes a change only of what nobody else has changed meanwhile.
struct EtagOption: ParsableArguments {
    @Option(help: "Only if it is unchanged since it was read with this etag.")
    var etag = ""

    /// Of a command that takes the etag of what it has read when none is given.
    func hint(on error: AgentdError) -> String? {
        guard etag.isEmpty, error.reason == Reason.etagMismatch.rawValue else { return nil }
        return "somebody changed it after it was read here: the same command reads it again."
    }
}
