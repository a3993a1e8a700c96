internal import Foundation

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
        let table = try String(contentsOfFile: "/proc/\(processID)/net/tcp", encoding: .utf8)
        return table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == Self.listening, links.contains("socket:[\(fields[9])]") else {
                return nil
            }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
        }
    }
}
