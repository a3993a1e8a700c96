internal import AgentdCore
internal import Foundation
internal import Metrics
internal import Synchronization
internal import TestSupport
import Testing

@testable internal import Operations

@Suite("The administrative server", .timeLimit(.minutes(2)))
struct AdminServerTests {
    @Test("It is alive from the beginning, and ready when everything is right")
    func probes() async throws {
        let state = AdminState()
        try await ServedAdmin.during(state) { admin in
            try await admin.expectAlive()
            let starting = try await admin.request("/readyz")
            #expect(starting.status == 503)
            #expect(starting.body == "not ready\n")
            state.setPhase(.serving)
            state.setIsolationProof(failure: nil)
            state.setCheck("database", failure: nil)
            let ready = try await admin.request("/readyz")
            #expect(ready.status == 200)
            #expect(ready.body == "ok\n")
            state.setCheck("database", failure: "it does not answer")
            let broken = try await admin.request("/readyz")
            #expect(broken.status == 503)
            try await admin.expectAlive()
        }
    }

    @Test(
        "/readyz tells everything when it is asked to",
        arguments: ["/readyz?verbose", "/readyz?a=b&verbose=1", "http://other/readyz?verbose"])
    func verbose(target: String) async throws {
        let state = AdminState()
        state.setPhase(.serving)
        state.setIsolationProof(failure: nil)
        state.setCheck("database", failure: "it does not answer")
        state.setWarnings(["Row-level security is off."])
        try await ServedAdmin.during(state) { admin in
            let answer = try await admin.request(target)
            #expect(answer.status == 503)
            let lines = answer.body.split(separator: "\n").map { $0.prefix { $0 != "," && !$0.isNumber } }
            #expect(
                lines == [
                    "not ready", "[+] started ", "[+] isolation: proven ", "[-] database: it does not answer",
                    "[!] Row-level security is off.",
                ])
            state.setPhase(.draining)
            let draining = try await admin.request(target)
            #expect(draining.body.contains("[-] draining since "))
        }
    }

    @Test("/metrics has what is counted and the state of the daemon and the process, and nothing without help")
    func metrics() async throws {
        let state = AdminState()
        let metrics = PrometheusMetrics(logger: .silent)
        let asked = Atomic<Int>(0)
        let collect: @Sendable () async -> Void = {
            let count = asked.add(1, ordering: .relaxed).newValue
            Gauge(label: "agentd_token_cache_entries", factory: metrics).record(count)
        }
        Counter(label: "agentd_refusals_total", dimensions: [("reason", "DRAINING")], factory: metrics).increment()
        try await ServedAdmin.during(state, metrics: metrics, collect: collect) { admin in
            let first = try await admin.request("/metrics")
            #expect(first.status == 200)
            #expect(first.field("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let swift = BuildInformation(version: "").swift
            for line in [
                "agentd_token_cache_entries 1", "agentd_metrics_collected 1", "agentd_ready 0",
                "agentd_isolation_proven 0", "agentd_isolation_proven_timestamp_seconds 0",
                #"agentd_refusals_total{reason="DRAINING"} 1"#,
                #"agentd_build_info{version="1.2.3",swift="\#(swift)"} 1"#,
            ] {
                #expect(first.body.contains("\n\(line)\n"))
            }
            #expect(first.body.contains("\nprocess_open_fds "))
            state.setPhase(.serving)
            state.setIsolationProof(failure: nil)
            let second = try await admin.request("/metrics")
            for line in ["agentd_token_cache_entries 2", "agentd_ready 1", "agentd_isolation_proven 1"] {
                #expect(second.body.contains("\n\(line)\n"))
            }
            let shown = Set(second.body.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(Self.name))
            let explained = Set(second.body.matches(of: /HELP (\w+)/).map(\.1))
            #expect(shown == explained)
            #expect(explained.count > 8)
        }
    }

    private static func name(_ line: Substring) -> Substring { line.prefix { $0 != "{" && $0 != " " } }

    @Test("Figures that cannot be had delay the answer by a second and no more, and it says so")
    func stuckCollection() async throws {
        let isOpen = Atomic<Bool>(false)
        let collect: @Sendable () async -> Void = {
            while !isOpen.load(ordering: .relaxed) { await Task { try? await Task.sleep(for: .milliseconds(2)) }.value }
        }
        try await ServedAdmin.during(collect: collect) { admin in
            let stuck = try await admin.request("/metrics")
            #expect(stuck.body.contains("\nagentd_metrics_collected 0\n"))
            try await admin.expectAlive()
            isOpen.store(true, ordering: .relaxed)
            try await waitUntil {
                let answer = try await admin.request("/metrics")
                return answer.body.contains("\nagentd_metrics_collected 1\n")
            }
        }
    }

    @Test("/version says which program this is")
    func version() async throws {
        try await ServedAdmin.during { admin in
            let answer = try await admin.request("/version")
            #expect(answer.field("content-type") == "application/json")
            let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            #expect(object?["version"] as? String == "1.2.3")
            #expect(object?["pid"] as? Int == Int(ProcessInfo.processInfo.processIdentifier))
            #expect(Set(object?.keys ?? [:].keys) == ["version", "swift", "build", "pid", "start_time"])
        }
    }

    @Test("HEAD has the fields of GET and no body", arguments: ["/", "/livez", "/readyz", "/version", "/nothing"])
    func head(target: String) async throws {
        try await ServedAdmin.during { admin in
            let client = try await admin.connect()
            let get = try #require(try await client.request("GET", target))
            let head = try #require(try await client.request("HEAD", target))
            #expect(head.head == get.head)
            #expect(head.body.isEmpty)
            // What follows on the same connection is not taken for its body.
            let next = try await client.request("GET", "/livez")
            #expect(next?.body == "ok\n")
        }
    }

    @Test("Nothing can be done but reading", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    func methods(method: String) async throws {
        try await ServedAdmin.during { admin in
            let answer = try await admin.request("/readyz", method: method)
            #expect(answer.status == 405)
            #expect(answer.field("allow") == "GET, HEAD")
        }
    }

    @Test(
        "Other paths are not found, and the answer names those that there are",
        arguments: ["/readyz/", "/metrics/x", "/%2e%2e/etc/passwd", "//livez", "/LIVEZ", "/favicon.ico"])
    func unknownPath(target: String) async throws {
        try await ServedAdmin.during { admin in
            let answer = try await admin.request(target)
            #expect(answer.status == 404)
            for path in ["/livez", "/readyz", "/metrics", "/version"] { #expect(answer.body.contains(path)) }
        }
    }

    @Test("The index names every page")
    func index() async throws {
        try await ServedAdmin.during { admin in
            let answer = try await admin.request("/")
            #expect(answer.status == 200)
            for path in ["/livez", "/readyz?verbose", "/metrics", "/version"] { #expect(answer.body.contains(path)) }
        }
    }

    @Test("An address that is taken is refused with the name of its setting")
    func taken() async throws {
        try await ServedAdmin.during { admin in
            let problem = await #expect(throws: AddressInUse.self) { try await ServedAdmin.bind(admin.address) }
            #expect(
                problem?.description.hasPrefix(
                    "agentd cannot listen on AGENTD_ADMIN_LISTEN \(admin.address): address already in use.") == true)
            try await admin.expectAlive()
        }
    }

    @Test("A start that is cancelled ends, and leaves nothing that listens")
    func cancelledStart() async throws {
        let free = try await ServedAdmin.bind(TCPAddress(host: "127.0.0.1", port: 0))
        await free.server.stop()
        let start = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await ServedAdmin.bind(free.address).server.stop()
        }
        _ = await start.result
        await #expect(throws: HTTPClient.Refused.self) { try await free.connect() }
    }

    @Test("The address is free again when it has stopped")
    func rebinding() async throws {
        let first = try await ServedAdmin.bind(TCPAddress(host: "127.0.0.1", port: 0))
        let client = try await first.connect()
        _ = try await client.request("GET", "/livez")
        await first.server.stop()
        let second = try await ServedAdmin.bind(first.address)
        try await second.expectAlive()
        await second.server.stop()
        await #expect(throws: HTTPClient.Refused.self) { try await second.connect() }
    }
}
