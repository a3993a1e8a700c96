internal import AgentdCore
internal import Logging
import Testing

@testable internal import Operations

/// An administrative server on a port of its own, which a test asks.
struct ServedAdmin: Sendable {
    let server: AdminServer

    var address: TCPAddress { server.address }

    /// Runs a test against it, and stops it.
    static func during(
        _ state: AdminState = AdminState(), metrics: PrometheusMetrics = PrometheusMetrics(logger: .silent),
        collect: @escaping @Sendable () async -> Void = {}, _ body: @Sendable (ServedAdmin) async throws -> Void
    ) async throws {
        let admin = try await bind(TCPAddress(host: "127.0.0.1", port: 0), state, metrics, collect)
        do {
            try await body(admin)
        } catch {
            await admin.server.stop()
            throw error
        }
        await admin.server.stop()
    }

    static func bind(
        _ address: TCPAddress, _ state: AdminState = AdminState(),
        _ metrics: PrometheusMetrics = PrometheusMetrics(logger: .silent),
        _ collect: @escaping @Sendable () async -> Void = {}
    ) async throws -> ServedAdmin {
        ServedAdmin(
            server: try await AdminServer.bind(
                address, state: state, metrics: metrics, build: BuildInformation(version: "1.2.3"), collect: collect,
                logger: .silent))
    }

    func connect() async throws -> HTTPClient { try await HTTPClient.connected(to: address) }

    /// The answer to a request on a connection of its own.
    func request(_ target: String, method: String = "GET") async throws -> HTTPClient.Answer {
        let client = try await connect()
        return try #require(try await client.request(method, target))
    }

    /// That others are still served.
    func expectAlive() async throws {
        let answer = try await request("/livez")
        #expect(answer.status == 200)
        #expect(answer.body == "ok\n")
    }
}
