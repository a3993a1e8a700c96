internal import AgentdCore
internal import Foundation
internal import Glibc
internal import TestSupport

/// A connection that speaks HTTP/1.1 by the letter, so that tests can send what no library would.
final class HTTPClient: Sendable {
    struct Answer {
        /// Status line and header fields as they came.
        let head: String
        let body: String

        var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").dropFirst().first { $0.lowercased().hasPrefix(name + ": ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }
    }

    struct Refused: Error { let code: Int32 }

    private let descriptor: Int32

    /// To an address of IPv4.
    /// - Parameter timeoutSeconds: How long reading waits for the next byte.
    static func connected(to address: TCPAddress, timeoutSeconds: Int = 30) async throws -> HTTPClient {
        try await onThread { try HTTPClient(address, timeoutSeconds: timeoutSeconds) }
    }

    private init(_ address: TCPAddress, timeoutSeconds: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(address.port).bigEndian
        inet_pton(AF_INET, address.host, &name.sin_addr)
        let outcome = withUnsafePointer(to: name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw Refused(code: errno) }
    }

    deinit { close(descriptor) }

    /// What the other side does not take any more is dropped.
    func send(_ text: String) async throws {
        _ = try await onThread { [self] in
            var text = text
            return text.withUTF8 { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// The next bytes; nil when there are no more, because the connection is closed or nothing came in time.
    func receive() async throws -> String? { try await onThread { [self] in next() } }

    private func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// Whether the other side closed the connection, after whatever it still says.
    func isClosed() async throws -> Bool { try await onThread { [self] in reachesEnd() } }

    private func reachesEnd() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count == 0 { return true }
            // EAGAIN is silence for as long as one waits for the next byte.
            if count < 0 { return errno != EAGAIN }
        }
    }

    /// The next answer; nil when the connection ended before it was complete.
    /// - Parameter hasBody: None follows an answer to HEAD, whatever its length is said to be.
    func answer(hasBody: Bool = true) async throws -> Answer? {
        var text = ""
        while true {
            if let end = text.range(of: "\r\n\r\n") {
                let head = Answer(head: String(text[..<end.lowerBound]), body: "")
                let body = String(text[end.upperBound...])
                let length = hasBody ? Int(head.field("content-length") ?? "") ?? 0 : 0
                if body.utf8.count >= length { return Answer(head: head.head, body: body) }
            }
            guard let more = try await receive() else { return nil }
            text += more
        }
    }

    func request(_ method: String, _ target: String) async throws -> Answer? {
        try await send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\r\n")
        return try await answer(hasBody: method != "HEAD")
    }
}
