internal import AgentdCore
internal import CoreMetrics
internal import Logging
internal import MetricsTestKit
internal import Services
import Testing

@Suite("Call observer")
struct CallObserverTests {
    private let metrics = TestMetrics()
    private let observer: CallObserver
    private static let getAgent = CallMethod(path: "/agentd.v1.AgentService/GetAgent", kind: .unary)
    private static let getAgentLabels = [
        ("grpc_type", "unary"), ("grpc_service", "agentd.v1.AgentService"), ("grpc_method", "GetAgent"),
    ]

    init() {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        observer = CallObserver(log: CallLog(logger: logger, mode: .off), metrics: metrics)
    }

    private func call(_ method: CallMethod?, path: String = getAgent.path, door: DoorName = .framed) -> ObservedCall {
        ObservedCall(
            path: method?.path ?? path, method: method, callID: "call",
            origin: CallOrigin(door: door, peer: "127.0.0.1:1"),
            startedAt: 1_000)
    }

    private func inFlight(_ door: DoorName = .framed) throws -> Double? {
        try metrics.expectMeter("agentd_calls_in_flight", [("door", door.rawValue)]).lastValue
    }

    @Test("A call that is answered is counted by its method and code, with how long it took")
    func answered() throws {
        let call = call(Self.getAgent)
        observer.began(call)
        #expect(try metrics.expectCounter("grpc_server_started_total", Self.getAgentLabels).totalValue == 1)
        #expect(try inFlight() == 1)
        observer.ended(call, .notFound, .agentNotFound, at: 2_501_000)
        #expect(try inFlight() == 0)
        let labels = Self.getAgentLabels + [("grpc_code", "NotFound")]
        #expect(try metrics.expectCounter("grpc_server_handled_total", labels).totalValue == 1)
        #expect(try metrics.expectTimer("grpc_server_handling_seconds", Self.getAgentLabels).values == [2_500_000])
        #expect(metrics.counterTotal(label: "agentd_refusals_total") == 0)
    }

    @Test("Every reason for want of room is counted from the start, at 0")
    func refusalsAtStart() {
        let reasons = metrics.counters(label: "agentd_refusals_total").flatMap(\.dimensions).map(\.1)
        #expect(Set(reasons).isSuperset(of: ["DB_QUEUE_FULL", "RATE_LIMIT", "DRAINING", "QUOTA_AGENTS"]))
        #expect(!reasons.contains("AGENT_NOT_FOUND"))
    }

    @Test("Only the first end counts, and none of a call that never began")
    func endsOnce() throws {
        let call = call(Self.getAgent)
        observer.ended(call, .ok, nil, at: 2_000)
        #expect(metrics.counters(label: "grpc_server_handled_total").isEmpty)
        observer.began(call)
        observer.ended(call, .cancelled, .cancelled, at: 2_000)
        observer.ended(call, with: nil, at: 3_000)
        #expect(metrics.counterTotal(label: "grpc_server_handled_total") == 1)
        let labels = Self.getAgentLabels + [("grpc_code", "Canceled")]
        #expect(try metrics.expectCounter("grpc_server_handled_total", labels).totalValue == 1)
        #expect(try inFlight() == 0)
    }

    @Test("Calls are in flight at their own door")
    func doors() throws {
        let calls = [call(Self.getAgent), call(Self.getAgent, door: .grpc), call(Self.getAgent, door: .grpc)]
        for call in calls { observer.began(call) }
        #expect(try inFlight(.framed) == 1)
        #expect(try inFlight(.grpc) == 2)
        observer.ended(calls[1], with: nil, at: 2_000)
        #expect(try inFlight(.framed) == 1)
        #expect(try inFlight(.grpc) == 1)
    }

    @Test("Paths that are no method are counted together, whatever they are")
    func unknownMethods() throws {
        for path in ["/a/b", "/agentd.v1.AgentService/Nothing", "", "no slash"] {
            let call = call(nil, path: path)
            observer.began(call)
            observer.ended(call, with: ServiceError(.methodUnknown, "There is none."), at: 2_000)
        }
        let labels = [("grpc_type", "unary"), ("grpc_service", "unknown"), ("grpc_method", "unknown")]
        #expect(try metrics.expectCounter("grpc_server_started_total", labels).totalValue == 4)
        #expect(
            try metrics.expectCounter("grpc_server_handled_total", labels + [("grpc_code", "Unimplemented")])
                .totalValue == 4)
        #expect(metrics.counters(label: "grpc_server_started_total").count == 1)
    }

    @Test(
        "The kind of a method is told as dashboards expect it",
        arguments: [(MethodKind.unary, "unary"), (.serverStream, "server_stream"), (.exchange, "bidi_stream")])
    func kinds(kind: MethodKind, name: String) throws {
        observer.began(call(CallMethod(path: "/s/M", kind: kind)))
        let labels = [("grpc_type", name), ("grpc_service", "s"), ("grpc_method", "M")]
        #expect(try metrics.expectCounter("grpc_server_started_total", labels).totalValue == 1)
    }

    @Test(
        "A call that was refused for want of room is also counted by its reason",
        arguments: [
            Reason.rateLimit, .inFlightLimit, .databaseQueueFull, .databasePoolTimeout, .draining, .starting,
            .agentQuota, .userQuota, .tokenQuota, .messageTooLarge, .headersTooLarge,
        ])
    func refusals(_ reason: Reason) throws {
        for _ in 0..<2 {
            let call = call(Self.getAgent)
            observer.began(call)
            observer.ended(call, with: ServiceError(reason, "No."), at: 2_000)
        }
        let counter = try metrics.expectCounter("agentd_refusals_total", [("reason", reason.rawValue)])
        #expect(counter.totalValue == 2)
    }

    @Test("Every code has the name that the gRPC library of Go gives it")
    func codes() throws {
        for code in StatusCode.allCases {
            let call = call(Self.getAgent)
            observer.began(call)
            observer.ended(call, code, nil, at: 2_000)
        }
        let names = metrics.counters(label: "grpc_server_handled_total")
            .compactMap { counter in counter.dimensions.first { $0.0 == "grpc_code" }?.1 }
        #expect(
            Set(names) == [
                "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
                "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange",
                "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
            ])
    }
}
