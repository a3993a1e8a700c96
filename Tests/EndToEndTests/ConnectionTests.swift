import Testing

internal import AgentdCore
internal import Messages

/// What many calls on one connection are to each other, and to the connection.
@Suite("A connection", .sharedWorld(), .timeLimit(.minutes(2)))
struct ConnectionTests {
    @Test("Welcome says the version that is spoken and the limits", arguments: [1, 2, .max])
    func welcome(version: UInt32) async throws {
        try await RawConnection.with(try World.shared.daemon.port) { connection in
            try await connection.send(.hello(version: version, headers: []))
            let limits = WireLimits()
            guard case .welcome(let spoken, let messageBytes, let inFlight)? = try await connection.next()?.frame else {
                throw RawConnection.Closed()
            }
            #expect(spoken == 1)
            #expect(Int(messageBytes) == limits.messageBytes)
            #expect(Int(inFlight) == limits.callsInFlight)
        }
    }

    @Test("Headers of Hello hold for every request; a request's own go before them")
    func headers() async throws {
        let world = try World.shared
        try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
            let caller = Caller(connection)
            let asBob = [Header("authorization", "Bearer \(world.bob.key)")]
            let asNobody = [Header("authorization", "Bearer nobody")]
            for _ in 0..<2 {
                try await World.expectServed(caller, email: "ada@acme.example")
                let bob = try await caller.whoAmI(headers: asBob).user
                #expect(bob?.id == world.bob.id)
                await expectRefusal(.unauthenticated, "TOKEN_INVALID") { try await caller.whoAmI(headers: asNobody) }
            }
        }
    }

    @Test("Without Hello every request brings its own headers")
    func withoutHello() async throws {
        let world = try World.shared
        try await RawConnection.with(world.daemon.port) { connection in
            let caller = Caller(connection)
            await expectRefusal(.unauthenticated, "TOKEN_MISSING") { try await caller.whoAmI() }
            for person in [world.ada, world.carol] {
                let headers = [Header("authorization", "Bearer \(person.key)")]
                let user = try await caller.whoAmI(headers: headers).user
                #expect(user?.id == person.id)
            }
            await expectRefusal(.unauthenticated, "TOKEN_MISSING") { try await caller.whoAmI() }
        }
    }

    @Test("A ping is answered with its token, before, between and after calls", arguments: [0, 1, .max])
    func ping(token: UInt64) async throws {
        let world = try World.shared
        try await RawConnection.with(world.daemon.port) { connection in
            for _ in 0..<2 {
                try await connection.send(.ping(token: token))
                guard case .pong(token)? = try await connection.next()?.frame else { throw RawConnection.Closed() }
                await expectRefusal(.unauthenticated, "TOKEN_MISSING") { try await Caller(connection).whoAmI() }
            }
        }
    }

    @Test("A usable x-request-id comes back as it was given; otherwise the daemon makes one, a new one for each call")
    func requestIDs() async throws {
        let world = try World.shared
        try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
            let caller = Caller(connection)
            for given in ["a", "call-1", "!~", String(repeating: "x", count: 128)] {
                let returned = try await Self.requestID(caller, given: Array(given.utf8))
                #expect(returned == given)
            }
            var made: Set<String> = []
            let unusable: [[UInt8]?] = [
                nil, [], Array("two words".utf8), Array("line\n".utf8), Array("ü".utf8), [0xFF], [0],
                Array(repeating: 0x78, count: 129),
            ]
            for given in unusable {
                let id = try await Self.requestID(caller, given: given)
                #expect(UUIDValue(id) != nil, "\(id)")
                made.insert(id)
            }
            #expect(made.count == unusable.count)
        }
    }

    private static func requestID(_ caller: Caller, given: [UInt8]?) async throws -> String {
        let headers = given.map { [Header(key: "x-request-id", value: $0)] } ?? []
        let response = try await caller.send("UserService/WhoAmI", WhoAmIRequest(), headers: headers)
        let values = response.headers.filter { $0.key == "x-request-id" }.map {
            String(decoding: $0.value, as: UTF8.self)
        }
        return try #require(values.count == 1 ? values.first : nil)
    }

    @Test("A refusal carries the x-request-id too")
    func requestIDOfRefusal() async throws {
        try await RawConnection.with(try World.shared.daemon.port) { connection in
            let headers = [Header("x-request-id", "mine")]
            try await connection.request(1, "UserService/WhoAmI", WhoAmIRequest(), headers: headers)
            let response = try await connection.nextResponse()
            #expect(response.code == StatusCode.unauthenticated.rawValue)
            #expect(response.headers == headers)
        }
    }

    @Test("A client that has stopped sending gets the answers of all it has asked, then the end")
    func halfClosed() async throws {
        let world = try World.shared
        try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
            let ids = UInt64(1)...500
            for id in ids { try await connection.request(id, "UserService/WhoAmI", WhoAmIRequest()) }
            try await connection.closeOutput()
            var answered: Set<UInt64> = []
            for _ in ids {
                let response = try await connection.nextResponse()
                #expect(try response.outcome == "OK")
                answered.insert(response.id)
            }
            #expect(answered == Set(ids))
            try await connection.expectEnd()
        }
    }
}
