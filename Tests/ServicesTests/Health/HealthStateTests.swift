internal import Messages
internal import Testing

@testable internal import Services

@Suite("The state of health")
struct HealthStateTests {
    private static let names = [
        "", "readiness", "agentd.v1.AgentService", "agentd.v1.TenantService", "agentd.v1.UserService",
        "agentd.v1.TokenService", "agentd.v1.AuditService", "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
    ]

    @Test("The daemon and each of its services serve when it is ready, and not before or after", arguments: names)
    func readiness(_ service: String) {
        let health = HealthState()
        #expect(health.status(of: service) == .notServing)
        health.setReady(true)
        #expect(health.status(of: service) == .serving)
        health.setReady(false)
        #expect(health.status(of: service) == .notServing)
        health.setReady(true)
        #expect(health.status(of: service) == .serving)
        health.beginDraining()
        #expect(health.status(of: service) == .notServing)
    }

    @Test("It lives in every phase")
    func liveness() {
        let health = HealthState()
        #expect(health.status(of: "liveness") == .serving)
        health.setReady(true)
        #expect(health.status(of: "liveness") == .serving)
        health.setReady(false)
        #expect(health.status(of: "liveness") == .serving)
        health.beginDraining()
        #expect(health.status(of: "liveness") == .serving)
    }

    @Test("What drains never serves again")
    func draining() {
        let health = HealthState()
        #expect(health.phase == .starting)
        health.setReady(true)
        #expect(health.phase == .serving)
        health.beginDraining()
        health.setReady(true)
        #expect(health.phase == .draining)
        #expect(health.status(of: "") == .notServing)
    }

    @Test(
        "Other services are unknown",
        arguments: ["agentd.v1.agentservice", "AgentService", "x", " ", "agentd.v1.ToolService"])
    func unknown(_ service: String) {
        let health = HealthState()
        health.setReady(true)
        #expect(health.status(of: service) == nil)
    }
}
