import Testing

internal import NIOCore
internal import NIOPosix

extension Daemon {
    /// What `/metrics` says now, by name and labels as they are written.
    func metrics() async throws -> [String: Double] {
        let port = try #require(adminPort, "the daemon has no HTTP for operators")
        let lines = try await Self.page("/metrics", port: port).split(whereSeparator: \.isNewline)
        let samples = lines.compactMap { line -> (String, Double)? in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return nil }
            return Double(line[line.index(after: space)...]).map { (String(line[..<space]), $0) }
        }
        return Dictionary(samples) { $1 }
    }

    /// A page for operators, with the head of its answer.
    static func page(_ target: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let answer = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
            return try await inbound.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
        }
        return String(buffer: answer)
    }
}
