internal import AgentdClient
internal import Testing

@Suite("AgentdClient.Configuration")
struct ConfigurationTests {
    @Test(
        "An address is a host with or without a port",
        arguments: [
            ("127.0.0.1:7000", "127.0.0.1", 7_000), ("localhost", "localhost", 50_051), ("[::1]:80", "::1", 80),
            ("[fe80::1]", "fe80::1", 50_051), ("agentd.example:50051", "agentd.example", 50_051),
        ])
    func address(text: String, host: String, port: Int) throws {
        let configuration = try AgentdClient.Configuration(address: text)
        #expect(configuration.endpoint == .tcp(host: host, port: port))
    }

    @Test("An address may be a unix-domain socket")
    func socket() throws {
        let configuration = try AgentdClient.Configuration(address: "unix:/run/agentd/agentd.sock")
        #expect(configuration.endpoint == .unix(path: "/run/agentd/agentd.sock"))
        #expect(configuration.endpoint.description == "unix:/run/agentd/agentd.sock")
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", ":80", "host:", "host:0", "host:65536", "host:port", "::1", "a:b:1", "[::1", "[]:80", "[::1]80",
            "two words", "unix:", "unix:agentd.sock", "unix:/folder/", "unix:/" + String(repeating: "x", count: 107),
        ])
    func noAddress(text: String) {
        let error = #expect(throws: AgentdError.self) { try AgentdClient.Configuration(address: text) }
        #expect(error?.code == .invalidArgument)
    }
}
