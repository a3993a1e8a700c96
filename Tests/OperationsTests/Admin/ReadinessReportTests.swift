internal import AgentdCore
internal import Synchronization
import Testing

@testable internal import Operations

@Suite("The report of readiness")
struct ReadinessReportTests {
    /// A clock that a test sets: seconds since 2026-01-01T00:00:00Z.
    private final class Clock: Sendable {
        let seconds = Atomic<Int64>(0)

        var now: Timestamp {
            Timestamp(microseconds: (1_767_225_600 + seconds.load(ordering: .relaxed)) * 1_000_000)
        }
    }

    @Test("A life: starting, serving, a failure that is mended, draining")
    func transcript() {
        let clock = Clock()
        let state = AdminState(now: { clock.now })
        func at(_ seconds: Int64, _ event: () -> Void, _ isReady: Bool, _ details: String) {
            clock.seconds.store(seconds, ordering: .relaxed)
            event()
            #expect(state.current.isReady == isReady)
            #expect(state.current.details == details + "\n")
            #expect(state.current.summary == (isReady ? "ok\n" : "not ready\n"))
        }
        at(
            1, { state.setPhase(.starting("applying migrations")) }, false,
            """
            [-] starting: applying migrations, since 2026-01-01T00:00:01Z
            [-] isolation: not proven yet
            """)
        at(
            2, { state.setIsolationProof(failure: nil) }, false,
            """
            [-] starting: applying migrations, since 2026-01-01T00:00:01Z
            [+] isolation: proven 2026-01-01T00:00:02Z
            """)
        at(
            3,
            {
                state.setCheck("database", failure: nil)
                state.setPhase(.serving)
            }, true,
            """
            [+] started 2026-01-01T00:00:03Z
            [+] isolation: proven 2026-01-01T00:00:02Z
            [+] database
            """)
        at(
            4, { state.setCheck("database", failure: "it does not answer") }, false,
            """
            [+] started 2026-01-01T00:00:03Z
            [+] isolation: proven 2026-01-01T00:00:02Z
            [-] database: it does not answer, since 2026-01-01T00:00:04Z
            """)
        at(
            65,
            {
                state.setCheck("database", failure: "it refuses\n\tthe password.")
                state.setWarnings(["Row-level security is off."])
            }, false,
            """
            [+] started 2026-01-01T00:00:03Z
            [+] isolation: proven 2026-01-01T00:00:02Z
            [-] database: it refuses  the password, since 2026-01-01T00:00:04Z
            [!] Row-level security is off.
            """)
        at(
            70,
            {
                state.setCheck("database", failure: nil)
                state.setPhase(.serving)
            }, true,
            """
            [+] started 2026-01-01T00:00:03Z
            [+] isolation: proven 2026-01-01T00:00:02Z
            [+] database
            [!] Row-level security is off.
            """)
        at(
            80,
            {
                state.setWarnings([])
                state.setPhase(.draining)
            }, false,
            """
            [-] draining since 2026-01-01T00:01:20Z: calls in flight are finished, new ones are refused
            [+] isolation: proven 2026-01-01T00:00:02Z
            [+] database
            """)
    }

    @Test("A proof that fails later ends the readiness; the time of the last good one is kept")
    func failedProof() {
        let clock = Clock()
        let state = AdminState(now: { clock.now })
        state.setPhase(.serving)
        state.setIsolationProof(failure: nil)
        let proven = clock.now
        clock.seconds.store(9, ordering: .relaxed)
        state.setIsolationProof(failure: "a role may bypass row-level security")
        #expect(!state.current.isReady && !state.current.isIsolationProven)
        #expect(state.current.isolationProofTime == proven)
        #expect(state.current.details.contains("[-] isolation: a role may bypass"))
    }

    @Test("A reason is one line of bounded length, without what looks like a key")
    func hostileReason() {
        let state = AdminState()
        let reason =
            "one\r\n[+] forged\u{1B}[2J agd_0123456789abcdef_0123456789abcdef " + String(repeating: "x", count: 9_999)
        state.setCheck("database", failure: reason)
        state.setWarnings([reason])
        let lines = state.current.details.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.count < 600 && !$0.contains("0123456789abcdef") })
        #expect(!lines.contains { $0.hasPrefix("[+]") })
    }
}
