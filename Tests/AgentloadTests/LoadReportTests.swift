internal import Foundation
@testable internal import LoadGenerator
internal import Testing

@Suite("Reports")
struct LoadReportTests {
    private func object(_ report: LoadReport) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        return try #require(value as? [String: Any])
    }

    private static let latencyKeys: Set = ["mean", "p50", "p90", "p99", "p99.9", "max"]
    private static let keys: Set = [
        "door", "mix", "loop", "in_flight", "rate", "connections", "tenants", "skew", "duration_seconds", "interrupted",
        "disconnected_seconds", "calls",
        "calls_per_second", "latency_microseconds", "failures", "failure_reasons", "failure_latency_microseconds",
        "client_cpu_microseconds_per_call", "client_cpu_processors", "by_failure", "by_method", "by_second",
    ]

    @Test("JSON of a closed loop has every key, and a rate that is null")
    func closed() throws {
        let report = try object(SampleReport.report(SampleReport.plan(.closed(inFlight: 64))))
        #expect(Set(report.keys) == Self.keys)
        #expect(report["loop"] as? String == "closed")
        #expect(report["rate"] is NSNull)
        #expect(report["in_flight"] as? Int == 64)
        #expect(report["door"] as? String == "grpc")
        #expect(report["mix"] as? String == "mixed")
        #expect(report["skew"] as? String == "uniform")
        #expect(report["connections"] as? Int == 2)
        #expect(report["tenants"] as? Int == 4)
        #expect(report["duration_seconds"] as? Double == 3)
        #expect(report["calls"] as? Int == 3_000)
        #expect(report["calls_per_second"] as? Double == 1_000)
        #expect(report["failures"] as? [String: Int] == ["NOT_SENT": 2, "RESOURCE_EXHAUSTED": 8])
        #expect(report["failure_reasons"] as? [String: Int] == ["RATE_LIMIT": 8])
        for key in ["latency_microseconds", "failure_latency_microseconds"] {
            #expect(Set(try #require(report[key] as? [String: Any]).keys) == Self.latencyKeys)
        }
        let codes = try #require(report["by_failure"] as? [String: [String: Any]])
        #expect(codes.mapValues { $0["calls"] as? Int } == ["NOT_SENT": 2, "RESOURCE_EXHAUSTED": 8])
        let medians = codes.mapValues { ($0["latency_microseconds"] as? [String: Any])?["p50"] as? Int ?? 0 }
        #expect((499_000...501_000).contains(try #require(medians["NOT_SENT"])), "\(medians)")
        #expect((499...501).contains(try #require(medians["RESOURCE_EXHAUSTED"])), "\(medians)")
        let methods = try #require(report["by_method"] as? [String: [String: Any]])
        #expect(Set(methods.keys) == ["GetAgent", "ListAgents", "CreateAgent", "UpdateAgent"])
        for method in methods.values {
            #expect(method["calls"] as? Int == 750)
            #expect(Set(try #require(method["latency_microseconds"] as? [String: Any]).keys) == Self.latencyKeys)
        }
        let seconds = try #require(report["by_second"] as? [[String: Any]])
        #expect(seconds.map { $0["second"] as? Int } == [0, 1, 2])
        #expect(seconds.reduce(0) { $0 + ($1["calls"] as? Int ?? 0) } == 3_000)
        for second in seconds {
            #expect(Set(second.keys) == ["second", "calls", "failures", "latency_microseconds"])
            #expect(Set(try #require(second["latency_microseconds"] as? [String: Int]).keys) == ["p50", "p99"])
        }
    }

    @Test("JSON of an open loop with a noisy tenant has the rate and both groups")
    func noisy() throws {
        let plan = SampleReport.plan(.open(rate: 1_000, inFlight: nil), skew: .noisy(share: 0.5))
        let report = try object(SampleReport.report(plan))
        #expect(Set(report.keys) == Self.keys.union(["by_group"]))
        #expect(report["loop"] as? String == "open")
        #expect(report["rate"] as? Double == 1_000)
        let groups = try #require(report["by_group"] as? [String: [String: Any]])
        #expect(groups["noisy"]?["calls"] as? Int == 750)
        #expect(groups["others"]?["calls"] as? Int == 2_250)
        #expect(groups["noisy"]?["failures"] as? [String: Int] == ["NOT_SENT": 1, "RESOURCE_EXHAUSTED": 4])
        #expect(groups["others"]?["failures"] as? [String: Int] == ["NOT_SENT": 1, "RESOURCE_EXHAUSTED": 4])
        for group in groups.values {
            #expect(Set(try #require(group["failure_latency_microseconds"] as? [String: Any]).keys) == Self.latencyKeys)
            #expect(Set(try #require(group["latency_microseconds"] as? [String: Any]).keys) == Self.latencyKeys)
        }
    }

    @Test("What the load generator took is a share of a processor as well")
    func processorShare() {
        let result = LoadResult(
            plan: SampleReport.plan(.closed(inFlight: 1)), callsInFlight: 1, tenants: 1,
            recorder: Recorder(measured: 0..<3_000_000_000, isOpenLoop: false), wasInterrupted: false,
            disconnectedNanoseconds: 0, processorMicroseconds: 1_500_000)
        let report = LoadReport(result)
        #expect(report.processorShare == 0.5)
        #expect(report.table.contains("microseconds a call, 50 % of a processor\n"))
    }

    @Test("Of failures of several codes the table has each by itself")
    func tableByCode() {
        let lines = SampleReport.report(SampleReport.plan(.closed(inFlight: 64))).table.split(separator: "\n")
        func row(_ name: String) -> [Substring]? {
            lines.last { $0.hasPrefix("\(name) ") }?.split(separator: " ")
        }
        #expect(row("failures")?[1] == "10")
        #expect(row("RESOURCE_EXHAUSTED")?[1] == "8" && row("NOT_SENT")?[1] == "2", "\(lines)")
    }

    @Test("Of no calls everything is 0")
    func nothing() throws {
        let report = try object(SampleReport.report(SampleReport.plan(.closed(inFlight: 1)), calls: 0, failures: 0))
        #expect(report["calls"] as? Int == 0)
        let latency = try #require(report["latency_microseconds"] as? [String: Double])
        #expect(latency.values.allSatisfy { $0 == 0 })
    }

    @Test("The table says what was done, what came of it, and what the words mean")
    func table() {
        let closed = SampleReport.report(SampleReport.plan(.closed(inFlight: 64))).table
        for text in [
            "mixed over the grpc door for 3 s: 64 calls in flight (closed loop), 2 connections, 4 tenants (uniform)",
            "throughput    1,000 successful calls/s", "failed        10: 8 RESOURCE_EXHAUSTED, 2 NOT_SENT",
            "8 for RATE_LIMIT",
            "client CPU", "GetAgent", "UpdateAgent", "failures", "p99: 99 of 100 calls took no longer.", "--rate",
        ] { #expect(closed.contains(text), "\(closed)") }
        let plan = SampleReport.plan(.open(rate: 0.5, inFlight: 8), mix: .get, skew: .noisy(share: 0.9))
        let open = SampleReport.report(plan).table
        for text in [
            "get over the grpc door", "0.5 calls/s are due (open loop)", "noisy tenant", "other tenants",
            "of the noisy tenant 5: 4 RESOURCE_EXHAUSTED, 1 NOT_SENT", "of the others 5: 4 RESOURCE_EXHAUSTED, 1",
            "of the noisy", "of the others", "the answers that came within the 3 s", "from when a call was due",
        ] { #expect(open.contains(text), "\(open)") }
    }

    @Test("Of a group without calls the table shows no latencies")
    func emptyGroup() throws {
        let plan = SampleReport.plan(.closed(inFlight: 1), mix: .get, skew: .noisy(share: 0.9))
        let table = SampleReport.report(plan, calls: 1, failures: 0).table
        #expect(table.contains("throughput    0.3 successful calls/s"), "\(table)")
        let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("other tenants") })
        #expect(row.split(separator: " ").dropFirst(2) == ["0", "-", "-", "-", "-", "-", "-"], "\(table)")
    }
}
