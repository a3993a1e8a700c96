internal import AgentdCore
internal import Operations
import Testing

@Suite("Durations")
struct DurationTextTests {
    @Test(
        "A whole number and a unit",
        arguments: [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)])
    func read(text: String, milliseconds: Int) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(
        "Anything else is refused", arguments: ["", "10", "s", "1.5s", "-1s", "1 s", "10S", "1w", "99999999999999999h"])
    func refusals(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }

    @Test(
        "Written in the largest unit that divides it",
        arguments: [(500, "500ms"), (10_000, "10s"), (90_000, "90s"), (120_000, "2m"), (3_600_000, "1h"), (0, "0s")])
    func write(milliseconds: Int, text: String) {
        #expect(DurationText.text(milliseconds: milliseconds) == text)
        #expect(DurationText.milliseconds(text) == milliseconds)
    }
}

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "A host or an address, and a port",
        arguments: [
            ("127.0.0.1:50051", "127.0.0.1", 50_051), ("localhost:0", "localhost", 0), ("[::1]:80", "::1", 80),
            ("0.0.0.0:65535", "0.0.0.0", 65_535),
        ])
    func read(text: String, host: String, port: Int) throws {
        let address = try #require(TCPAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
        #expect(ListenAddress(text) == .tcp(address))
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "50051", ":50051", "host", "host:", "host:x", "host:65536", "::1:80", "a b:1", "host:-1", "[]:1",
            "unix:", "unix:relative.sock", "unix:/folder/", "unix:/a\0b", "UNIX:/a",
        ])
    func refusals(text: String) {
        #expect(ListenAddress(text) == nil)
    }
    @Test("A unix-domain socket, as long as the system can name it")
    func socket() throws {
        let longest = "/" + String(repeating: "é", count: 53)
        #expect(longest.utf8.count == 107)
        for path in ["/run/agentd/agentd.sock", "/a", "///triple", longest] {
            let address = try #require(ListenAddress("unix:\(path)"))
            #expect(address == .unix(path: path))
            #expect(address.description == "unix:\(path)")
        }
        #expect(ListenAddress("unix:\(longest)x") == nil)
    }
}
