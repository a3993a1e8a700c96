import Testing

internal import Glibc
internal import Postgres
internal import TestSupport

@Suite("Notification connection", .timeLimit(.minutes(2)))
struct NotificationConnectionTests {
    private typealias Notification = NotificationConnection.Notification

    /// Quoted, because it would be something else otherwise.
    private static let channel = "A \"channel\""

    @Test("What another connection says comes, in order, and one's own comes as one's own")
    func notifications() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let one = try Self.connect(to: database)
            let other = try Self.connect(to: database)
            let payloads = ["first", "", "it's \\ \"quoted\" ✓", String(repeating: "x", count: 7_999)]
            for payload in payloads { try other.notify(payload: payload) }
            try one.notify(payload: "own")
            let expected =
                payloads.map { Notification(payload: $0, isOwn: false) } + [.init(payload: "own", isOwn: true)]
            #expect(try Self.notifications(expected.count, from: one) == expected)
            #expect(try Self.notifications(5, from: other).map(\.isOwn) == [true, true, true, true, false])
        }
    }

    @Test("Notifications that come while one is sent are kept, and those of other channels do not come")
    func keptWhileSending() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let listener = try Self.connect(to: database)
            try database.execute(
                """
                NOTIFY another, 'no';
                SELECT pg_notify('A "channel"', number::text) FROM generate_series(1, 1000) AS numbers (number);
                """)
            for _ in 0..<3 { try listener.notify(payload: "own") }
            let expected = (1...1_000).map { "\($0)" } + ["own", "own", "own"]
            #expect(try Self.notifications(1_003, from: listener).map(\.payload) == expected)
            #expect(try listener.wait(milliseconds: 0) == [])
        }
    }

    @Test("A connection whose backend is terminated says so, in either operation", arguments: [false, true])
    func terminated(whileNotifying: Bool) async throws {
        try await TestDatabase.with(migrated: false) { database in
            let listener = try Self.connect(to: database)
            _ = try database.rows("SELECT pg_terminate_backend($1::int, 5000)", [String(try Self.backend(database))])
            for _ in 0..<2 {
                do throws(NotificationConnection.Failure) {
                    if whileNotifying {
                        try listener.notify(payload: "anybody?")
                    } else {
                        _ = try listener.wait(milliseconds: 60_000)
                    }
                    Issue.record("nothing was thrown")
                } catch {
                    guard case .lost(let reason) = error else { throw error }
                    #expect(!reason.isEmpty)
                }
            }
        }
    }

    @Test("With a backend that stands still nothing takes longer than it may")
    func stopped() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let listener = try Self.connect(to: database, timeoutMilliseconds: 200)
            let backend = try Self.backend(database)
            kill(backend, SIGSTOP)
            defer { kill(backend, SIGCONT) }
            #expect(try listener.wait(milliseconds: 50) == [])
            do throws(NotificationConnection.Failure) {
                try listener.notify(payload: "anybody?")
                Issue.record("a backend that stands still answered")
            } catch {
                guard case .silent(let reason) = error else { throw error }
                #expect(reason == "the server did not answer within 200 ms")
            }
        }
    }

    @Test("A server that cannot be reached is lost, with the reason")
    func unreachable() {
        do throws(NotificationConnection.Failure) {
            _ = try NotificationConnection(
                conninfo: "host=/nonexistent dbname=nothing", channel: "c", applicationName: "tests",
                timeoutMilliseconds: 1_000)
            Issue.record("it was reached")
        } catch {
            #expect(error.description.contains("/nonexistent"))
        }
    }

    private static func connect(
        to database: TestDatabase, timeoutMilliseconds: Int = 20_000
    ) throws -> NotificationConnection {
        try NotificationConnection(
            conninfo: database.owner, channel: channel, applicationName: "listener",
            timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Waits until there are so many, or the test is over.
    private static func notifications(
        _ count: Int, from connection: borrowing NotificationConnection
    ) throws -> [Notification] {
        var notifications: [Notification] = []
        while notifications.count < count {
            try Task.checkCancellation()
            notifications += try connection.wait(milliseconds: 1_000)
        }
        return notifications
    }

    /// The process that serves the one listener of a database.
    private static func backend(_ database: TestDatabase) throws -> pid_t {
        let rows = try database.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'listener'", [database.name])
        return try #require(rows.first?.first.flatMap { $0 }.flatMap { pid_t($0) })
    }
}
