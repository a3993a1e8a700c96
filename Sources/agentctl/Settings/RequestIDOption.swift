internal import ArgumentParser

/// Makes a change safe to repeat by hand, after a failure that left its outcome open.
struct RequestIDOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Repeats an earlier call with this id instead of making another change.", valueName: "uuid"))
    var requestID: String?
}
