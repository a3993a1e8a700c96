internal import ArgumentParser

/// Makes a change only of what nobody else has changed meanwhile.
struct EtagOption: ParsableArguments {
    @Option(help: "Only if it is unchanged since it was read with this etag.")
    var etag = ""
}
