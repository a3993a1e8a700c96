internal import AgentdCore
internal import Logging
internal import Storage
internal import Synchronization
internal import TestSupport
internal import Testing

@testable internal import Operations

@Suite("The health monitor", .timeLimit(.minutes(1)))
struct HealthMonitorTests {
    private struct Fault: Error, CustomStringConvertible { let description: String }

    /// A database that is as the test says, and what the monitor says of it.
    private final class Scene: Sendable {
        struct State {
            var failure: String?
            /// The database keeps still for as long.
            var isSilent = false
            var finding = DatabaseInspection.Finding.asAtStart(warnings: [])
            var inspectionFailure: String?
            var checks = 0
            var silentChecks = 0
            var inspections: [IsolationProof.Depth] = []
            var readiness: [Bool] = []
            var isDraining = false
            /// Since when each pool has had a connection, and the time.
            var connectedSince: UInt64 = 0
            var uptime: UInt64 = 1
        }

        private let state = Mutex(State())
        let admin = AdminState()

        init() {
            admin.setPhase(.serving)
            admin.setIsolationProof(failure: nil)
        }

        /// - Parameter intervals: Between two inspections.
        func monitor(intervalsBetweenInspections intervals: Int = 1_000_000) -> HealthMonitor {
            var pace = HealthMonitor.Pace()
            pace.interval = .milliseconds(1)
            pace.answerLimit = .milliseconds(50)
            pace.inspectionLimit = .milliseconds(50)
            pace.intervalsBetweenInspections = intervals
            return HealthMonitor(
                pace: pace, check: { try await self.check() }, uptimeNanoseconds: { self.now.uptime },
                inspect: { try self.inspect($0) }, state: admin,
                setReady: { ready in self.state.withLock { $0.readiness.append(ready) } },
                beginDraining: { self.state.withLock { $0.isDraining = true } },
                logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        }

        private func check() async throws -> UInt64 {
            let isSilent = state.withLock { state in
                state.checks += 1
                state.silentChecks += state.isSilent ? 1 : 0
                return state.isSilent
            }
            // As a thread that is blocked does, it takes no notice of being cancelled.
            if isSilent { try await Task { try await waitUntil { !self.now.isSilent } }.value }
            if let failure = state.withLock(\.failure) { throw Fault(description: failure) }
            return state.withLock(\.connectedSince)
        }

        private func inspect(_ depth: IsolationProof.Depth) throws -> DatabaseInspection.Finding {
            try state.withLock { state in
                state.inspections.append(depth)
                if let failure = state.inspectionFailure { throw Fault(description: failure) }
                return state.finding
            }
        }

        var now: State { state.withLock { $0 } }

        func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

        func wait(until condition: (State) -> Bool) async throws {
            try await waitUntil { condition(now) }
        }

        /// What is wrong, as the administrator sees it.
        var failures: [String] {
            admin.current.checks.compactMap { check in check.failure.map { "\(check.name): \($0.reason)" } }
        }
    }

    /// Runs a monitor meanwhile.
    private static func watching(
        intervalsBetweenInspections intervals: Int = 1_000_000, _ body: (Scene) async throws -> Void
    ) async throws {
        let scene = Scene()
        let running = Task { try await scene.monitor(intervalsBetweenInspections: intervals).run() }
        do {
            try await body(scene)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        scene.change { $0.isSilent = false }
        try await running.value
        #expect(scene.now.isDraining)
        #expect(scene.admin.current.phase == .draining)
    }

    @Test("While the database is away it is not ready, and says why and since when")
    func away() async throws {
        try await Self.watching { scene in
            try await scene.wait { $0.checks > 5 }
            #expect(scene.now.readiness == [])
            #expect(scene.admin.current.isReady)

            scene.change { $0.failure = "gone" }
            try await scene.wait { $0.readiness == [false] }
            #expect(scene.failures == ["database: gone"])
            let since = scene.admin.current.checks.compactMap(\.failure?.since)
            let checks = scene.now.checks
            try await scene.wait { $0.checks > checks + 5 }
            #expect(scene.admin.current.checks.compactMap(\.failure?.since) == since)

            scene.change { $0.failure = nil }
            try await scene.wait { $0.readiness == [false, true] }
            #expect(scene.failures == [] && scene.admin.current.isReady)
        }
    }

    @Test("Before it is ready again after the database was away, the isolation is proven anew")
    func back() async throws {
        try await Self.watching { scene in
            scene.change {
                $0.failure = "gone"
                $0.inspectionFailure = "too many connections"
            }
            try await scene.wait { $0.readiness == [false] }
            #expect(scene.now.inspections == [])
            scene.change { $0.failure = nil }
            try await scene.wait { $0.inspections.count > 2 }
            #expect(scene.now.readiness == [false])
            #expect(
                scene.failures == ["database: it answers again and cannot be inspected: too many connections"])
            scene.change { $0.inspectionFailure = nil }
            try await scene.wait { $0.readiness == [false, true] }
            #expect(scene.now.inspections.allSatisfy { $0 == .full })
            #expect(scene.failures == [])
        }
    }

    @Test("When every connection was lost and made again unnoticed, the isolation is proven anew while it serves")
    func reconnected() async throws {
        try await Self.watching { scene in
            try await scene.wait { $0.checks > 5 }
            #expect(scene.now.inspections == [])
            scene.change {
                $0.connectedSince = 10
                $0.uptime = 20
                $0.inspectionFailure = "too many connections"
            }
            // It is tried until it succeeds, and once more for what is lost after that.
            try await scene.wait { $0.inspections.count > 2 }
            scene.change { $0.inspectionFailure = nil }
            let failed = scene.now.inspections.count
            try await scene.wait { $0.inspections.count > failed }
            let (inspections, checks) = (scene.now.inspections, scene.now.checks)
            try await scene.wait { $0.checks > checks + 10 }
            #expect(scene.now.inspections.count <= inspections.count + 1)
            #expect(scene.now.inspections.allSatisfy { $0 == .full })
            #expect(scene.now.readiness == [] && scene.failures == [])

            let before = scene.now.inspections.count
            scene.change {
                $0.connectedSince = 30
                $0.uptime = 40
                $0.finding = .notIsolated("another database")
            }
            try await scene.wait { $0.readiness == [false] }
            #expect(scene.now.inspections.count >= before + 2)
            #expect(scene.failures == ["isolation: another database"])
        }
    }

    @Test("What came back and does not keep tenants apart is not served, until it is mended")
    func backInAnotherState() async throws {
        try await Self.watching { scene in
            scene.change {
                $0.failure = "gone"
                $0.finding = .notIsolated("row-level security is off")
            }
            try await scene.wait { $0.readiness == [false] }
            scene.change { $0.failure = nil }
            try await scene.wait { $0.inspections.count > 3 }
            #expect(scene.now.readiness == [false])
            #expect(scene.failures == ["isolation: row-level security is off"])
            #expect(!scene.admin.current.isIsolationProven)
            scene.change { $0.finding = .asAtStart(warnings: []) }
            try await scene.wait { $0.readiness == [false, true] }
            #expect(scene.failures == [] && scene.admin.current.isIsolationProven)
        }
    }

    @Test(
        "An inspection now and then finds what was changed meanwhile",
        arguments: [
            (DatabaseInspection.Finding.notIsolated("a policy is gone"), "isolation: a policy is gone"),
            (.otherSchema("a migration is gone"), "migrations: a migration is gone"),
        ])
    func changed(finding: DatabaseInspection.Finding, failure: String) async throws {
        try await Self.watching(intervalsBetweenInspections: 4) { scene in
            try await scene.wait { $0.inspections.count > 2 }
            #expect(scene.now.inspections.allSatisfy { $0 == .catalogue })
            #expect(scene.now.readiness == [])
            scene.change { $0.finding = finding }
            try await scene.wait { $0.readiness == [false] }
            #expect(scene.failures == [failure])
            scene.change { $0.finding = .asAtStart(warnings: ["Mind."]) }
            try await scene.wait { $0.readiness == [false, true] }
            #expect(scene.failures == [])
            #expect(scene.admin.current.warnings == ["Mind."])
        }
    }

    @Test("That the database cannot be inspected says nothing about it")
    func uninspectable() async throws {
        try await Self.watching(intervalsBetweenInspections: 4) { scene in
            scene.change { $0.inspectionFailure = "too many connections" }
            try await scene.wait { $0.inspections.count > 5 }
            #expect(scene.now.readiness == [])
            #expect(scene.admin.current.isReady)
        }
    }

    @Test("A database that keeps still is one that does not answer, is not asked twice, and does not hold up the end")
    func silent() async throws {
        try await Self.watching { scene in
            try await scene.wait { $0.checks > 2 }
            scene.change { $0.isSilent = true }
            try await scene.wait { $0.readiness == [false] }
            // Two rounds found that there is no answer, and only the first of them asked.
            #expect(scene.now.silentChecks == 1)
            scene.change { $0.isSilent = false }
            try await scene.wait { $0.readiness == [false, true] }
            scene.change { $0.isSilent = true }
        }
    }
}
