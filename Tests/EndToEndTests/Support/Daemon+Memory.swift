internal import Foundation

extension Daemon {
    struct Memory {
        /// Bytes in memory now.
        let resident: Int
        /// Those of them that are no pages of a file.
        let own: Int
        /// The most bytes that were in memory since `forgetPeak`.
        let peak: Int
    }

    /// What `/proc` says of the process.
    func memory() throws -> Memory {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        func bytes(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
        }
        return Memory(resident: bytes("VmRSS:"), own: bytes("RssAnon:"), peak: bytes("VmHWM:"))
    }

    /// The peak is what is in memory now.
    func forgetPeak() throws {
        try "5".write(toFile: "/proc/\(processID)/clear_refs", atomically: false, encoding: .utf8)
    }
}
