internal import AgentdCore
internal import Logging

/// Tells the log when a job begins to fail and when it works again, and not each time that it fails in between.
struct FailureStreak {
    private let logger: Logger
    private var isFailing = false

    init(_ logger: Logger) { self.logger = logger }

    /// - Parameter what: What is not done, as a sentence.
    mutating func failed(_ what: String, _ error: any Error) {
        let reason = (error as? ServiceError)?.forLog ?? "\(error)"
        logger.log(level: isFailing ? .debug : .warning, "\(what)", metadata: ["reason": "\(reason)"])
        isFailing = true
    }

    /// - Parameter what: What is done again, as a sentence.
    mutating func succeeded(_ what: String) {
        if isFailing { logger.notice("\(what)") }
        isFailing = false
    }
}
