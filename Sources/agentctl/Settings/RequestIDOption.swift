internal import ArgumentParser

/// Makes a change safe to repeat by hand, after a failure that left its outcome open. Without it every change has an id
/// of its own, which its attempts share.
struct RequestIDOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Repeats an earlier call with this id instead of making another change.", valueName: "uuid"))
    var requestID: String?
}
