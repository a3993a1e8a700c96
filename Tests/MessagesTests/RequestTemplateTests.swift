@testable internal import Messages
internal import Testing

@Suite("Request templates")
struct RequestTemplateTests {
    private static let method = "/agentd.v1.AgentService/GetAgent"

    @Test(
        "A request of a template reads as the one that is encoded as a whole",
        arguments: [1, 127, 128, 1 << 40, UInt64.max], [0, 1, 127, 128, 70_000])
    func same(id: UInt64, messageBytes: Int) throws {
        let template = RequestTemplate(method: Self.method, headers: Sample.headers)
        let message = (0..<messageBytes).map { UInt8(truncatingIfNeeded: $0) }
        var frame = [UInt8](repeating: 0, count: template.frameBytes(id: id, messageBytes: messageBytes))
        frame.withUnsafeMutableBytes { memory in
            message.withUnsafeBytes { template.write(id: id, message: $0, into: memory) }
        }
        let whole = OutboundClientFrame.request(
            id: id, method: Self.method, headers: Sample.headers, timeoutMilliseconds: 0, message: message)
        #expect(frame == whole.encoded())
    }
}
