import Testing

internal import Foundation

extension World {
    /// Runs `agentctl` as somebody, with no settings but these.
    func agentctl(
        as person: Person?, _ arguments: String..., environment: [String: String] = [:], input: String = ""
    ) async throws -> Daemon.Exit {
        try await agentctl(token: person?.key, arguments, environment: environment, input: input)
    }

    /// Runs `agentctl` as the system administrator.
    func agentctlAsRoot(_ arguments: String...) async throws -> Daemon.Exit {
        try await agentctl(token: systemAdministrator, arguments)
    }

    func agentctl(
        token: String?, _ arguments: [String], environment: [String: String] = [:], input: String = "",
        terminal: PseudoTerminal? = nil
    ) async throws -> Daemon.Exit {
        var settings = ["AGENTD_ADDRESS": daemon.address, "XDG_CONFIG_HOME": "/nonexistent"]
        settings["AGENTD_TOKEN"] = token
        return try await Program.run(
            "agentctl", arguments, environment: settings.merging(environment) { $1 }, input: input, terminal: terminal)
    }
}

extension Daemon.Exit {
    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
            throw Daemon.Failure(description: "no JSON object: \(output)\(log)")
        }
        return object
    }

    /// A list in the JSON object of standard output.
    func list(_ field: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
        try #require(try json()[field] as? [[String: Any]], "\(output)", sourceLocation: sourceLocation)
    }

    /// Standard output, of a run that did what it should.
    func success(sourceLocation: SourceLocation = #_sourceLocation) -> String {
        #expect(code == 0, "\(log)", sourceLocation: sourceLocation)
        return output
    }

    /// Expects a run that failed and says all of this on standard error.
    func expectFailure(
        _ code: Int32 = 1, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.code == code, "\(output)\(log)", sourceLocation: sourceLocation)
        for text in texts { #expect(log.contains(text), "\(log)", sourceLocation: sourceLocation) }
    }
}

/// The lines of a table, each as its cells; none holds two spaces in a row.
func cells(_ table: String) -> [[String]] {
    table.split(separator: "\n").map { line in
        line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
