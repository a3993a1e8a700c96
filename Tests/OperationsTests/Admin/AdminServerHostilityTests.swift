internal import AgentdCore
import Testing

@testable internal import Operations

@Suite("Hostile clients of the administrative server", .timeLimit(.minutes(2)))
struct AdminServerHostilityTests {
    @Test(
        "A client that says nothing, half of something, or something without end is closed; others are answered",
        arguments: [
            nil, "GET /livez HTTP/1.1\r\nHost:",
            "POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\nx",
        ])
    func slow(request: String?) async throws {
        try await ServedAdmin.during { admin in
            let client = try await admin.connect()
            if let request { try await client.send(request) }
            try await admin.expectAlive()
            if request?.hasPrefix("POST") == true {
                let answer = try await client.answer()
                #expect(answer?.status == 405)
                try await client.send("x")
            }
            let isClosed = try await client.isClosed()
            #expect(isClosed)
            try await admin.expectAlive()
        }
    }

    @Test(
        "More than a request needs ends its connection",
        arguments: [
            "GET /livez HTTP/1.1\r\nHost: test\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: test\r\n" + String(repeating: "X: y\r\n", count: 2_000) + "\r\n",
            "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\n\r\n",
            "\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n",
            "POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 900000\r\n\r\n"
                + String(repeating: "x", count: 900_000),
            "GET /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func tooMuch(request: String) async throws {
        try await ServedAdmin.during { admin in
            let client = try await admin.connect()
            try await client.send(request)
            let isClosed = try await client.isClosed()
            #expect(isClosed)
            try await admin.expectAlive()
        }
    }

    @Test("Requests in a row are answered in their order")
    func pipelining() async throws {
        try await ServedAdmin.during { admin in
            let client = try await admin.connect()
            let targets = (0..<200).map { $0.isMultiple(of: 3) ? "/nothing" : "/livez" }
            try await client.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined())
            var text = ""
            while text.matches(of: /HTTP\/1\.1 (\d+)/).count < targets.count, let more = try await client.receive() {
                text += more
            }
            let statuses = text.matches(of: /HTTP\/1\.1 (\d+)/).map { String($0.1) }
            #expect(statuses == targets.map { $0 == "/livez" ? "200" : "404" })
        }
    }

    @Test("Silent connections can take all places for seconds only")
    func tooMany() async throws {
        try await ServedAdmin.during { admin in
            var silent: [HTTPClient] = []
            for _ in 0..<100 { silent.append(try await admin.connect()) }
            try await admin.expectAlive()
            silent.removeAll()
        }
    }

    @Test("It stops soon, also while clients are connected and one reads nothing")
    func stopping() async throws {
        let admin = try await ServedAdmin.bind(TCPAddress(host: "127.0.0.1", port: 0))
        let idle = try await admin.connect()
        let answer = try await idle.request("GET", "/livez")
        #expect(answer?.status == 200)
        let halfway = try await admin.connect()
        try await halfway.send("GET /met")
        let deaf = try await admin.connect()
        for _ in 0..<100 { try await deaf.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n") }
        let start = ContinuousClock.now
        await admin.server.stop()
        // Half a second is promised; the rest is for a machine that is busy.
        #expect(ContinuousClock.now - start < .seconds(4))
        for client in [idle, halfway] {
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }
}
