internal import AgentdCore
internal import Logging
internal import MetricsTestKit
internal import Services
internal import Synchronization
import Testing

@Suite("Call log")
struct CallLogTests {
    private let lines = KeptLines()
    private let log: CallLog
    private let observer: CallObserver

    init() {
        let lines = lines
        log = CallLog(logger: Logger(label: "test") { _ in lines.handler }, mode: .all)
        observer = CallObserver(log: log, metrics: TestMetrics())
    }

    private func call(
        _ path: String = "/agentd.v1.AgentService/GetAgent", isMethod: Bool = true, trace: TraceContext? = nil
    ) -> ObservedCall {
        let call = ObservedCall(
            path: path, method: isMethod ? CallMethod(path: path, kind: .unary) : nil, callID: "call-1",
            origin: CallOrigin(door: .grpc, peer: "127.0.0.1:4711"), trace: trace, requestBytes: 12,
            startedAt: 1_000_000)
        observer.began(call)
        return call
    }

    @Test(
        "That more wait for the database than may is warned of once, and then now and then with how often",
        .timeLimit(.minutes(1)), arguments: [Reason.databaseQueueFull, .databasePoolTimeout])
    func refusals(reason: Reason) async throws {
        let lines = lines
        let log = CallLog(
            logger: Logger(label: "test") { _ in lines.handler }, mode: .off, quiet: .milliseconds(50))
        let observer = CallObserver(log: log, metrics: TestMetrics())
        func refuse(_ times: Int, _ reason: Reason) {
            for _ in 0..<times {
                let call = call()
                call.caller = Caller(principal: Callers.principal())
                observer.began(call)
                observer.ended(call, .resourceExhausted, reason, at: 2_000_000)
            }
        }
        func counts() -> [Int] {
            lines.all.filter { $0.level == .warning && $0.fields["reason"] == reason.rawValue }
                .compactMap { $0.fields["count"].flatMap { Int($0) } }
        }
        refuse(5, .rateLimit)
        refuse(100, reason)
        // The burst is over, and all of it is told of all the same.
        while counts().reduce(0, +) < 100 { await Task.yield() }
        #expect(counts().first == 1 && counts().reduce(0, +) == 100, "\(counts())")
        #expect(lines.all.allSatisfy { $0.fields["reason"] == reason.rawValue })
        #expect(lines.all.allSatisfy { $0.fields["top_tenant"] == Callers.tenantA.description })
        #expect(lines.all.allSatisfy { $0.fields["top_tenant_count"] == $0.fields["count"] })
        withExtendedLifetime(log) {}
    }

    @Test("A line says which call it was, who made it, and what became of it")
    func line() throws {
        let trace = TraceContext(Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8))
        let call = call(trace: trace)
        call.caller = Caller(principal: Callers.principal(tokenID: "0123456789abcdef01234567"))
        call.responseBytes = 34
        observer.ended(call, .notFound, .agentNotFound, at: 2_234_999)
        let line = try #require(lines.all.first)
        #expect(line.level == .info)
        #expect(line.message == "call")
        #expect(
            line.fields == [
                "request_id": "call-1", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
                "method": "/agentd.v1.AgentService/GetAgent", "door": "grpc", "peer": "127.0.0.1:4711",
                "code": "NOT_FOUND", "reason": "AGENT_NOT_FOUND", "tenant": Callers.tenantA.description,
                "principal": "7", "token_id": "0123456789abcdef01234567", "duration_ms": "1.234",
                "request_bytes": "12", "response_bytes": "34",
            ])
    }

    @Test("What is not known of a call has no field")
    func unknown() throws {
        observer.ended(call(), .ok, nil, at: 1_000_000)
        let fields = try #require(lines.all.first).fields
        #expect(
            Set(fields.keys) == [
                "request_id", "method", "door", "peer", "code", "duration_ms", "request_bytes", "response_bytes",
            ])
        #expect(fields["duration_ms"] == "0.0")
    }

    @Test("Of a system administrator in a selected tenant both tenants are named")
    func selectedTenant() throws {
        let call = call()
        call.caller = Caller(
            principal: Callers.principal(role: .systemAdministrator),
            selecting: TenantProfile(id: Callers.tenantB, slug: "b"))
        observer.ended(call, .ok, nil, at: 1_000_000)
        let fields = try #require(lines.all.first).fields
        #expect(fields["tenant"] == Callers.tenantB.description)
        #expect(fields["principal_tenant"] == Callers.tenantA.description)
    }

    @Test("A path that is no method is cut")
    func longPath() throws {
        observer.ended(
            call("/" + String(repeating: "x", count: 100_000), isMethod: false), .unimplemented, nil, at: 1_000_000)
        #expect(try #require(lines.all.first).fields["method"]?.count == 200)
    }

    @Test(
        "Lines are written of the calls that were asked for, and that can be changed",
        arguments: [(CallLogMode.off, [String]()), (.failed, ["INTERNAL"]), (.all, ["OK", "INTERNAL"])])
    func modes(mode: CallLogMode, codes: [String]) {
        log.mode = mode
        #expect(log.mode == mode)
        observer.ended(call(), with: nil, at: 1_000_000)
        observer.ended(call(), with: .internal("a bug"), at: 1_000_000)
        #expect(lines.all.compactMap { $0.fields["code"] } == codes)
    }
}

/// What was logged.
private final class KeptLines: Sendable {
    struct Line {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }
    var handler: Handler { Handler(lines: self) }

    struct Handler: LogHandler {
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        let lines: KeptLines

        init(lines: KeptLines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, message: event.message.description,
                fields: (event.metadata ?? [:]).mapValues(\.description))
            lines.lines.withLock { $0.append(line) }
        }
    }
}
