internal import AgentdClient
internal import Glibc

/// `agentd/agentctl.json` below `XDG_CONFIG_HOME` or `~/.config`: a JSON object with the keys `address`, `token` and
/// `tenant`, each of them optional.
struct ConfigurationFile {
    /// Far more than three settings take.
    static let maximumBytes = 64 * 1_024

    let path: String
    private(set) var address: String?
    private(set) var token: String?
    private(set) var tenant: String?

    /// Nil when there is none.
    init?(environment: [String: String]) throws(SettingsProblem) {
        guard let folder = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map({ $0 + "/.config" }) else {
            return nil
        }
        path = folder + "/agentd/agentctl.json"
        guard access(path, F_OK) == 0 else { return nil }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: try BoundedFile.text(path: path, maximumBytes: Self.maximumBytes).utf8)
        } catch let problem as FileProblem {
            throw SettingsProblem(problem.description)
        } catch {
            throw SettingsProblem("\(path) is not JSON; it should be like {\"address\": \"127.0.0.1:50051\"}")
        }
        guard case .object(let object) = value else {
            throw SettingsProblem("\(path) must be a JSON object with the keys address, token and tenant")
        }
        for (key, value) in object {
            guard case .string(let text) = value else { throw SettingsProblem("\(path): \(key) must be a text") }
            switch key {
            case "address": address = text
            case "token": token = text
            case "tenant": tenant = text
            default: throw SettingsProblem("\(path): \(key) is no setting; there are address, token and tenant")
            }
        }
    }

    /// A token is a secret.
    func warnWhenOthersCanRead() {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        Terminal.standardError("warning: others can read the token in \(path); mend it with: chmod 600 \(path)\n")
    }
}
