internal import Foundation
internal import Glibc

extension Program {
    /// In /proc/net/tcp: the state of a socket that listens.
    private static let listening = "0A"

    /// The TCP ports of IPv4 that the process listens on, as the system says.
    func listeningPorts() throws -> [Int] {
        let folder = "/proc/\(processID)/fd"
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: folder)
        let links = descriptors.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
        }
        return try Self.text(of: "/proc/\(processID)/net/tcp").split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == Self.listening, links.contains("socket:[\(fields[9])]") else {
                return nil
            }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
        }
    }

    /// Files below /proc say that they are empty, and Foundation takes no more of those than comes at once.
    private static func text(of path: String) throws -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Daemon.Failure(description: "\(path) cannot be read") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 * 1_024)
        while case let count = read(file, &block, block.count), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
