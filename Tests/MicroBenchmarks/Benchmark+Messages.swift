internal import AgentdCore
internal import Framing
internal import Messages

/// Frames and messages, from bytes to values and back.
extension Benchmark {
    /// What decoding may take; no message here comes near it.
    private static let memory = 1 << 20

    static var frames: [Benchmark] {
        [
            Benchmark("frame-decoder") {
                let frame = Samples.getAgentFrame
                var decoder = FrameDecoder(maximumPayloadBytes: memory)
                var bytes = 0
                return { times in
                    for _ in 0..<times {
                        frame.withUnsafeBytes { decoder.append($0) }
                        bytes += try decoder.next(\.count) ?? 0
                    }
                    guard bytes > 0 else { throw Failure(description: "the decoder finds no frame") }
                }
            },
            Benchmark("frame-request") {
                let payload = Array(Samples.getAgentFrame.dropFirst(FramePrefix.bytes))
                let arena = Arena(capacity: memory)
                return { times in
                    for _ in 0..<times {
                        let frame = try payload.withUnsafeBytes { bytes in
                            try ClientFrame(decoding: bytes, arena: arena, memory: memory)
                        }
                        guard case .request = frame else { throw Failure(description: "the frame is no request") }
                        arena.reset()
                    }
                }
            },
        ]
    }

    static var requests: [Benchmark] {
        [
            decoding("decode-get-agent", Samples.getAgent.encoded(), GetAgentRequest.self),
            decoding("decode-create-agent", Samples.createAgent.encoded(), CreateAgentRequest.self),
        ]
    }

    private static func decoding<M: DecodableMessage>(_ name: String, _ bytes: [UInt8], _ type: M.Type) -> Benchmark {
        Benchmark(name) {
            let arena = Arena(capacity: memory)
            return { times in
                for _ in 0..<times {
                    _ = try MessagePayload(copying: bytes, into: arena).decode(M.self, arena: arena, memory: memory)
                    arena.reset()
                }
            }
        }
    }

    static var answers: [Benchmark] {
        let arena = Arena(capacity: 0)
        let agent = AgentView(Samples.agent, arena: arena)
        return [
            encoding("encode-agent", Samples.agent),
            encoding(
                "encode-50-agents",
                ListAgentsAnswer(agents: [AgentView](repeating: agent, count: 50), nextPageToken: "next"),
                keeping: arena, times: 200),
        ]
    }

    /// - Parameter kept: Where what the message lends lies.
    private static func encoding(
        _ name: String, _ message: some EncodableMessage, keeping kept: Arena? = nil, times: Int = 2_000
    ) -> Benchmark {
        Benchmark(name, times: times) {
            let arena = Arena(capacity: 0)
            var encoder = FrameEncoder()
            return { times in
                for _ in 0..<times {
                    let encoded = EncodedMessage(message, arena: arena)
                    encoder.append(payloadBytes: encoded.packedSize) { encoded.pack(into: $0) }
                    encoder.drain { _ in }
                    arena.reset()
                }
                withExtendedLifetime(kept) {}
            }
        }
    }
}
