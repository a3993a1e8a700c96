import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import NIOCore
internal import NIOPosix
internal import TestSupport

/// What is seen of peers that attack, or cannot do what they want to: counters, and warnings in the log.
@Suite("Refused connections", .sharedWorld(), .timeLimit(.minutes(2)))
struct ConnectionRefusalTests {
    private static let reasons = [
        "CONNECTION_LIMIT", "FIRST_FRAME_TIMEOUT", "FRAME_TIMEOUT", "FLOOD", "PROTOCOL_ERROR", "MEMORY_LIMIT",
        "TLS_HANDSHAKE",
    ]

    @Test("Each reason is there from the start, and the first connection of one is logged with its client")
    func counted() async throws {
        let settings = ["AGENTD_FRAME_TIMEOUT": "300ms"]
        try await Daemon.with(try World.shared.database, settings: settings) { daemon in
            let atStart = try await Self.refusals(daemon)
            #expect(atStart == Dictionary(uniqueKeysWithValues: Self.reasons.map { ($0, 0) }))

            // Nothing at all; a frame that does not end; what no door knows; and HTTP/2 that does not go on.
            for bytes in [[], [0, 0, 0, 0, 9, 1], [0x16, 3, 1, 2, 0], [0, 0, 0, 0, 1, 0xFF]] as [[UInt8]] {
                try await Self.exchange(bytes, daemon)
            }
            try await Self.exchange(RawHTTP2.preface, daemon)
            try await Self.exchange(Array("PUT / HTTP/1.1\r\n\r\n".utf8), daemon)
            // An illegal frame that libnghttp2 finds: SETTINGS on a stream.
            try await Self.exchange(
                RawHTTP2.preface + RawHTTP2.settings + RawHTTP2.frame(RawHTTP2.FrameType.settings, stream: 1), daemon)
            let ping = RawHTTP2.frame(RawHTTP2.FrameType.ping, [UInt8](repeating: 0, count: 8))
            try await Self.exchange(
                RawHTTP2.preface + RawHTTP2.settings + Array(repeatElement(ping, count: 3_000).joined()), daemon)
            try await waitUntil {
                try await Self.refusals(daemon).filter { $0.value > 0 } == [
                    "FIRST_FRAME_TIMEOUT": 3, "PROTOCOL_ERROR": 4, "FLOOD": 1,
                ]
            }
            let warnings = daemon.log.split(separator: "\n").filter { $0.contains("Connections were refused") }
            #expect(warnings.count == 3, "\(warnings)")
            #expect(warnings.allSatisfy { $0.contains("count=1 ") && $0.contains("top_client=127.0.0.1 ") })
        }
    }

    @Test("A frame that stops is told from a first one, and connections over the limit from both")
    func others() async throws {
        let settings = ["AGENTD_FRAME_TIMEOUT": "1s", "AGENTD_MAX_CONNECTIONS": "1"]
        try await Daemon.with(try World.shared.database, settings: settings) { daemon in
            let ping: [UInt8] = RawConnection.framed(OutboundClientFrame.ping(token: 1).encoded())
            try await RawConnection.with(daemon.port) { connection in
                try await connection.send(bytes: ping)
                _ = try await connection.next()
                try await Self.exchange(ping, daemon)
                try await connection.send(bytes: [0, 0])
                let end = try await connection.goAway()
                #expect(end.reason == "FRAME_TIMEOUT")
            }
            try await waitUntil {
                try await Self.refusals(daemon).filter { $0.value > 0 } == ["FRAME_TIMEOUT": 1, "CONNECTION_LIMIT": 1]
            }
        }
    }

    @Test("Handshakes that fail, or do not end, are counted; a peer that only looks whether the port is open is not")
    func handshakes() async throws {
        try await Keys.with { keys in
            let settings = keys.settings().merging(["AGENTD_FRAME_TIMEOUT": "500ms"]) { $1 }
            try await Daemon.with(try World.shared.database, settings: settings) { daemon in
                let look = try await RawConnection.open(daemon.port)
                try await look.close()
                try await Self.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), daemon)
                try await Self.exchange([22, 3, 1], daemon)
                try await waitUntil { try await Self.refusals(daemon)["TLS_HANDSHAKE"] == 2 }
                let metrics = try await daemon.metrics()
                let expiry = try #require(metrics["agentd_certificate_expiry_timestamp_seconds"])
                #expect(expiry > Date().timeIntervalSince1970)
                #expect(metrics["agentd_connections{door=\"unknown\"}"] == 0)
            }
        }
    }

    @Test("A connection that has not said what it wants is in the gauge of those")
    func undecided() async throws {
        try await Daemon.with(try World.shared.database) { daemon in
            func open(_ door: String) async throws -> Double? {
                try await daemon.metrics()["agentd_connections{door=\"\(door)\"}"]
            }
            let peer = try await RawConnection.open(daemon.port)
            try await waitUntil { try await open("unknown") == 1 }
            try await peer.send(bytes: RawConnection.framed(OutboundClientFrame.ping(token: 1).encoded()))
            try await waitUntil { try await (open("unknown"), open("framed")) == (0, 1) }
            try await peer.close()
            try await waitUntil { try await open("framed") == 0 }
        }
    }

    @Test(
        "Whoever speaks HTTP/1.1 is answered in it, whatever the method",
        arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"])
    func plainHTTP(method: String) async throws {
        let daemon = try World.shared.daemon
        let request = "\(method) / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let answer = String(decoding: try await Self.exchange(Array(request.utf8), daemon), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && answer.contains("gRPC over HTTP/2"), "\(answer)")
    }

    /// Sends bytes, and reads until the daemon has closed.
    @discardableResult
    private static func exchange(_ bytes: [UInt8], _ daemon: Daemon) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: daemon.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            if !bytes.isEmpty { try await outbound.write(ByteBuffer(bytes: bytes)) }
            var received: [UInt8] = []
            // A daemon that ends a peer which goes on sending resets the connection.
            do { for try await part in inbound { received += part.readableBytesView } } catch is IOError {}
            return received
        }
    }

    /// By reason.
    private static func refusals(_ daemon: Daemon) async throws -> [String: Int] {
        let prefix = "agentd_connections_refused_total{reason=\""
        return try await daemon.metrics().reduce(into: [:]) { refusals, sample in
            guard sample.key.hasPrefix(prefix) else { return }
            refusals[String(sample.key.dropFirst(prefix.count).dropLast(2))] = Int(sample.value)
        }
    }
}
