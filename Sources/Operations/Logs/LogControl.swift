package import Logging
internal import Synchronization

/// The level and the form of the log, which every copy of its loggers follows. Both can be changed at any time.
package final class LogControl: Sendable {
    private let levelCode: Atomic<UInt8>
    private let isJSON: Atomic<Bool>

    package init(level: Logger.Level, format: LogFormat) {
        levelCode = Atomic(level.code)
        isJSON = Atomic(format == .json)
    }

    package convenience init(_ settings: LogSettings) { self.init(level: settings.level, format: settings.format) }

    package var level: Logger.Level {
        get { Logger.Level(code: levelCode.load(ordering: .relaxed)) }
        set { levelCode.store(newValue.code, ordering: .relaxed) }
    }

    package var format: LogFormat {
        get { isJSON.load(ordering: .relaxed) ? .json : .console }
        set { isJSON.store(newValue == .json, ordering: .relaxed) }
    }

    /// Writes to standard error. One whose level is set goes its own way from then on.
    package var logger: Logger { Logger(label: "agentd") { _ in StandardErrorLogHandler(self) } }
}

extension Logger.Level {
    fileprivate var code: UInt8 {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    fileprivate init(code: UInt8) {
        switch code {
        case 0: self = .trace
        case 1: self = .debug
        case 2: self = .info
        case 3: self = .notice
        case 4: self = .warning
        case 5: self = .error
        default: self = .critical
        }
    }
}
