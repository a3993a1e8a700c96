internal import Foundation
internal import Glibc
package import Logging

/// Writes each event as one line to standard error, with one `write(2)`, so that lines of several threads do not mix.
package struct StandardErrorLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let control: LogControl
    /// Of this logger alone; nil when it follows the control.
    private var ownLevel: Logger.Level?

    package init(_ control: LogControl) { self.control = control }

    package var logLevel: Logger.Level {
        get { ownLevel ?? control.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let line = LogLine(
            time: Date(), level: event.level, message: event.message.description,
            fields: metadata(of: event).map { (key: $0.key, value: $0.value) }.sorted { $0.key < $1.key })
        Self.write(line.bytes(control.format))
    }

    private func metadata(of event: LogEvent) -> Logger.Metadata {
        // Most lines have none but their own.
        if metadata.isEmpty, metadataProvider == nil, event.error == nil { return event.metadata ?? [:] }
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        return all
    }

    private static func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, start, rest.count)
                // Where standard error is closed there is nobody to tell.
                guard count > 0 || (count < 0 && errno == EINTR) else { return }
                if count > 0 { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
            }
        }
    }
}
