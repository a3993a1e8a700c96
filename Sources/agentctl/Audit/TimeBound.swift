internal import ArgumentParser
internal import FoundationEssentials

/// A moment: a time as RFC 3339 has it, or how long ago it was.
struct TimeBound: ExpressibleByArgument {
    private let time: Date

    init?(argument: String) {
        if let time = TimeText.parse(argument) {
            self.time = time
        } else if let span = TimeSpan(argument: argument) {
            time = Date.now.addingTimeInterval(-span.seconds)
        } else {
            return nil
        }
    }

    /// As a filter takes it.
    var text: String { TimeText.rfc3339(time) }
}
