import AgentdCore
import Messages
import Services
import Testing

@testable internal import GRPCListener

@Suite("Request head") struct RequestHeadTests {
    private static let usual = [
        (":method", "POST"), (":scheme", "http"), (":path", "/agentd.v1.AgentService/GetAgent"), (":authority", "a"),
        ("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "test"),
    ]

    private func head(_ extra: [(String, String)], limit: Int = 8_192, likely: CallMethod? = nil) -> RequestHead {
        let head = RequestHead(limit: limit, likely: likely)
        for (name, value) in Self.usual.filter({ usual in !extra.contains { $0.0 == usual.0 } }) + extra {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { value in head.add(name: name, value: value) }
            }
        }
        return head
    }

    /// Why it is refused; nil when it is not.
    private func reason(_ head: RequestHead) -> Reason? {
        do throws(ServiceError) {
            try head.check()
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("Metadata is what neither HTTP nor gRPC has reserved") func metadata() {
        let head = head([("authorization", "Bearer x"), ("grpc-timeout", "1S"), ("x-a", "1"), ("x-a", "2")])
        #expect(head.path == "/agentd.v1.AgentService/GetAgent")
        #expect(head.headers == [Header("authorization", "Bearer x"), Header("x-a", "1"), Header("x-a", "2")])
        #expect(head.timeoutNanoseconds == 1_000_000_000)
        #expect(head.httpStatus == nil)
        #expect(throws: Never.self) { try head.check() }
    }

    @Test(
        "The path is what came, whatever was likely",
        arguments: [
            "", "/", "/agentd.v1.AgentService/GetAgent", "/agentd.v1.AgentService/GetAgents", "/agentd.v1.Agent",
        ])
    func likelyPath(path: String) {
        let likely = CallMethod(path: path, kind: .unary)
        #expect(head([], likely: likely).path == "/agentd.v1.AgentService/GetAgent")
        #expect(head([(":path", "")], likely: likely).path == "")
    }

    @Test(
        "Content types",
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;charset=utf-8", true),
            ("application/grpc+proto; x=y", true), ("application/grpc+json", false), ("application/grpc-web", false),
            ("Application/gRPC", true), ("application/GRPC+PROTO", true), ("APPLICATION/GRAPHQL", false),
            ("application/json", false), ("", false), ("text/application/grpc", false), ("application/grpcx", false),
        ])
    func contentTypes(type: String, isGRPC: Bool) {
        #expect((head([("content-type", type)]).httpStatus == nil) == isGRPC)
    }

    @Test("Another method than POST is not gRPC", arguments: ["GET", "PUT", "post", ""])
    func method(method: String) { #expect(head([(":method", method)]).httpStatus == .methodNotAllowed) }

    @Test("Binary metadata is decoded, with padding and without, also several values at once")
    func binary() {
        let head = head([("x-bin", "AAEC"), ("y-bin", "AAE"), ("z-bin", "AAE=, /w")])
        #expect(
            head.headers == [
                Header(key: "x-bin", value: [0, 1, 2]), Header(key: "y-bin", value: [0, 1]),
                Header(key: "z-bin", value: [0, 1]), Header(key: "z-bin", value: [0xFF]),
            ])
        #expect(throws: Never.self) { try head.check() }
    }

    @Test(
        "What is wrong with a head has a reason",
        arguments: [
            ("grpc-timeout", "-1S", .headerInvalid), ("x-bin", "!", .headerInvalid), ("x y", "1", .headerInvalid),
            ("grpc-encoding", "snappy", .encodingUnsupported),
        ] as [(String, String, Reason)])
    func refusals(name: String, value: String, reason: Reason) {
        #expect(self.reason(head([(name, value)])) == reason)
    }

    @Test("The key whose value is not base64 is named") func base64() {
        #expect {
            try head([("x-a", "1"), ("x-trace-bin", "AAE"), ("x-photo-bin", "?")]).check()
        } throws: { error in
            (error as? ServiceError)?.message.contains("x-photo-bin is not base64") == true
        }
    }

    @Test("Headers count with 32 bytes each, and those of gRPC do not") func size() {
        let value = String(repeating: "v", count: 100 - 32 - 3)
        #expect(reason(head([("x-a", value)], limit: 100)) == nil)
        #expect(reason(head([("x-a", value + "v")], limit: 100)) == .headersTooLarge)
        #expect(
            reason(head([(":path", "/" + String(repeating: "p", count: 5_000))], limit: 100)) == .headersTooLarge)
    }

    @Test("gzip is found among the encodings that the client takes")
    func acceptedEncodings() {
        #expect(head([("grpc-accept-encoding", "identity, deflate, gzip")]).acceptsGzip)
        #expect(head([("grpc-accept-encoding", "gzip")]).acceptsGzip)
        #expect(!head([("grpc-accept-encoding", "identity,gzipped")]).acceptsGzip)
        #expect(!head([]).acceptsGzip)
    }
}
