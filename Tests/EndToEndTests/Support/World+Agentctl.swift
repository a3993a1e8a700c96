internal import Foundation

extension World {
    /// Runs `agentctl` as somebody, with no settings but these.
    func agentctl(
        as person: Person?, _ arguments: String..., environment: [String: String] = [:], input: String = ""
    ) async throws -> Daemon.Exit {
        var settings = ["AGENTD_ADDRESS": daemon.address, "XDG_CONFIG_HOME": "/nonexistent"]
        settings["AGENTD_TOKEN"] = person?.key
        return try await Program.run(
            "agentctl", arguments, environment: settings.merging(environment) { $1 }, input: input)
    }
}

extension Daemon.Exit {
    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
            throw Daemon.Failure(description: "no JSON object: \(output)")
        }
        return object
    }
}
