internal import Foundation
internal import Glibc

/// Which program this is.
package struct BuildInformation: Sendable {
    package let version: String

    package init(version: String) { self.version = version }

    /// Of the compiler, as precise as it tells programs.
    package var swift: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// `release`, or `debug`, which is slow and checks more.
    package var mode: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// All of it as a JSON object, with a newline.
    var json: String {
        let start = ProcessMetrics.startTimeSeconds.map { Date(timeIntervalSince1970: $0).formatted(.iso8601) }
        let object = Object(version: version, swift: swift, build: mode, pid: getpid(), startTime: start)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(object)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private struct Object: Encodable {
        let version: String
        let swift: String
        let build: String
        let pid: Int32
        let startTime: String?

        enum CodingKeys: String, CodingKey {
            case version, swift, build, pid
            case startTime = "start_time"
        }
    }
}
