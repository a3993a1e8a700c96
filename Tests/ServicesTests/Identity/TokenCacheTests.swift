internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("The cache of tokens")
struct TokenCacheTests {
    private static let now = Timestamp(microseconds: 1_000_000)
    private static let caller = Caller(principal: Callers.principal())

    private enum Known: Equatable {
        case good, bad, nothing
    }

    private static func known(
        _ cache: TokenCache, _ digest: TokenDigest, maximumAge: UInt64 = 30, at time: UInt64, wallClock: Timestamp = now
    ) -> Known {
        switch cache.verdict(of: digest, maximumAge: maximumAge, at: time, wallClock: { wallClock }) {
        case .caller: .good
        case .refused: .bad
        case nil: .nothing
        }
    }

    @Test("A good token is known until it has to be checked again")
    func recheck() {
        var cache = TokenCache(capacity: 10)
        #expect(Self.known(cache, [1], at: 100) == .nothing)
        cache.keep(.caller(Self.caller), of: [1], expireTime: nil, at: 100)
        #expect(Self.known(cache, [1], at: 100) == .good)
        #expect(Self.known(cache, [1], at: 129) == .good)
        #expect(Self.known(cache, [1], at: 130) == .nothing)
        #expect(Self.known(cache, [2], at: 100) == .nothing)
    }

    @Test("A good token is due after a half to three quarters of that time, each after another part, until one looks")
    func due() {
        var cache = TokenCache(capacity: 1_000)
        func isDue(_ digest: TokenDigest, at time: UInt64) -> Bool {
            cache.verdict(of: digest, maximumAge: 1_000, at: time, unlessDue: true) { Self.now } == nil
        }
        let digests = (0..<100 as Range<UInt8>).map { [$0] as TokenDigest }
        for digest in digests { cache.keep(.caller(Self.caller), of: digest, expireTime: nil, at: 0) }
        #expect(!digests.contains { isDue($0, at: 499) })
        #expect((20...80).contains(digests.count { isDue($0, at: 625) }))
        #expect(digests.allSatisfy { isDue($0, at: 751) })
        cache.looksAgain(at: digests[0], at: 751)
        #expect(!isDue(digests[0], at: 752))
        #expect(isDue(digests[1], at: 752))
        // Nobody has found out anything: it is believed no longer than before.
        #expect(Self.known(cache, digests[0], maximumAge: 1_000, at: 999) == .good)
        #expect(Self.known(cache, digests[0], maximumAge: 1_000, at: 1_000) == .nothing)
        cache.keep(.caller(Self.caller), of: digests[1], expireTime: nil, at: 760)
        #expect(!isDue(digests[1], at: 1_259))
    }

    @Test("A refusal does not outlive the time of the check either")
    func recheckRefusal() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.refused(.tokenRevoked), of: [1], expireTime: nil, at: 100)
        #expect(Self.known(cache, [1], at: 129) == .bad)
        #expect(Self.known(cache, [1], at: 130) == .nothing)
    }

    @Test("A refusal is kept for two seconds at most, so that what has become good is noticed")
    func shortRefusal() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.refused(.tokenInvalid), of: [1], expireTime: nil, at: 0)
        #expect(Self.known(cache, [1], maximumAge: .max, at: 1_999_999_999) == .bad)
        #expect(Self.known(cache, [1], maximumAge: .max, at: 2_000_000_000) == .nothing)
    }

    @Test("News make it forget those whom they concern, and nobody else", arguments: News.all)
    fileprivate func news(_ news: News) {
        var cache = TokenCache(capacity: 10)
        for (index, principal) in News.principals.enumerated() {
            cache.keep(.caller(Caller(principal: principal)), of: [UInt8(index)], expireTime: nil, at: 0)
        }
        cache.forget([news.change])
        let forgotten = News.principals.indices.filter { Self.known(cache, [UInt8($0)], at: 1) == .nothing }
        #expect(forgotten == news.forgotten)
    }

    @Test("Refusals are forgotten when the keys change or much may have been missed, and not otherwise")
    func newsOfRefusals() {
        for (change, known) in [
            (IdentityChange.signingKeys, Known.nothing), (.everything, .nothing),
            (.tenant(Callers.tenantA), .bad),
        ] {
            var cache = TokenCache(capacity: 10)
            cache.keep(.refused(.tokenInvalid), of: [1], expireTime: nil, at: 0)
            cache.forget([change])
            #expect(Self.known(cache, [1], at: 1) == known)
        }
    }

    @Test("A token ends when it expires, however lately it was checked")
    func expiry() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.caller(Self.caller), of: [1], expireTime: Timestamp(microseconds: 2_000_000), at: 100)
        #expect(Self.known(cache, [1], at: 101, wallClock: Timestamp(microseconds: 1_999_999)) == .good)
        #expect(Self.known(cache, [1], at: 101, wallClock: Timestamp(microseconds: 2_000_000)) == .nothing)
    }

    @Test("What was found out later holds, good or bad")
    func change() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.caller(Self.caller), of: [1], expireTime: nil, at: 100)
        cache.keep(.refused(.tokenRevoked), of: [1], expireTime: nil, at: 110)
        #expect(Self.known(cache, [1], at: 111) == .bad)
        cache.keep(.caller(Self.caller), of: [1], expireTime: nil, at: 120)
        #expect(Self.known(cache, [1], at: 121) == .good)
    }

    @Test("Times at the end of the clock overflow nothing")
    func endOfTime() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.caller(Self.caller), of: [1], expireTime: nil, at: .max - 5)
        #expect(Self.known(cache, [1], maximumAge: .max, at: .max) == .good)
    }

    @Test("It never holds more than its capacity, and the latest half is always there", arguments: [1, 2, 3, 10, 100])
    func capacity(_ capacity: Int) {
        var cache = TokenCache(capacity: capacity)
        let digests: [TokenDigest] = (0..<1_000).map { [UInt8($0 / 256), UInt8($0 % 256)] }
        for digest in digests { cache.keep(.caller(Self.caller), of: digest, expireTime: nil, at: 0) }
        let held = digests.filter { Self.known(cache, $0, at: 1) == .good }
        #expect(held.count <= max(capacity, 2))
        #expect(held.suffix(max(1, capacity / 2)) == digests.suffix(max(1, capacity / 2)))
    }

    @Test("A flood of wrong tokens pushes out no right one")
    func flood() {
        var cache = TokenCache(capacity: 10)
        cache.keep(.caller(Self.caller), of: [1], expireTime: nil, at: 0)
        for index in 0..<10_000 {
            cache.keep(
                .refused(.tokenInvalid), of: [2, UInt8(index / 256), UInt8(index % 256)], expireTime: nil, at: 1)
        }
        #expect(Self.known(cache, [1], at: 2) == .good)
    }
}

/// A change, and which of four principals it concerns.
private struct News: CustomTestStringConvertible {
    let change: IdentityChange
    let forgotten: [Int]

    static let principals = [
        Callers.principal(userID: 7, tokenID: "one"), Callers.principal(userID: 7, tokenID: "two"),
        Callers.principal(userID: 8), Callers.principal(tenantID: Callers.tenantB, userID: 7, tokenID: "one"),
    ]

    static let all = [
        News(change: .token(Callers.tenantA, "one"), forgotten: [0]),
        News(change: .token(Callers.tenantA, "three"), forgotten: []),
        News(change: .user(Callers.tenantA, 7), forgotten: [0, 1]),
        News(change: .tenant(Callers.tenantA), forgotten: [0, 1, 2]),
        News(change: .tenant(Callers.tenantB), forgotten: [3]),
        News(change: .signingKeys, forgotten: [2]),
        News(change: .everything, forgotten: [0, 1, 2, 3]),
    ]

    var testDescription: String { change.description }
}

extension TokenDigest: ExpressibleByArrayLiteral {
    /// Of a token of these bytes.
    public init(arrayLiteral bytes: UInt8...) { self = bytes.withUnsafeBytes { TokenDigest(of: $0) } }
}
