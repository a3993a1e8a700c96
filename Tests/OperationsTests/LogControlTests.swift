internal import Logging
internal import Operations
import Testing

@Suite("Control of the log")
struct LogControlTests {
    @Test("Every copy of a logger follows the level", arguments: Logger.Level.allCases)
    func level(_ level: Logger.Level) {
        let control = LogControl(level: .info, format: .console)
        let logger = control.logger
        var labelled = logger
        labelled[metadataKey: "part"] = "x"
        #expect(logger.logLevel == .info)
        control.level = level
        #expect(logger.logLevel == level)
        #expect(labelled.logLevel == level)
        #expect(control.level == level)
    }

    @Test("A logger with a level of its own keeps it")
    func ownLevel() {
        let control = LogControl(level: .info, format: .console)
        let logger = control.logger
        var quiet = logger
        quiet.logLevel = .warning
        control.level = .trace
        #expect(quiet.logLevel == .warning)
        #expect(logger.logLevel == .trace)
    }

    @Test("The form can be changed", arguments: LogFormat.allCases)
    func format(_ format: LogFormat) {
        let control = LogControl(level: .info, format: .console)
        control.format = format
        #expect(control.format == format)
    }
}
