internal import AgentdClient
internal import ClientOptions
internal import Glibc

/// `agentd/agentctl.json` below `XDG_CONFIG_HOME` or `~/.config`: a JSON object with the keys of `keys`, each of them
/// optional.
struct ConfigurationFile {
    /// Far more than a few settings take.
    static let maximumBytes = 64 * 1_024

    let path: String
    private(set) var address: String?
    private(set) var token: String?
    private(set) var tenant: String?
    private(set) var tls = TLSChoices()

    private static let keys =
        "address, token, tenant, tls, ca_file, client_certificate_file, client_key_file and server_name"

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
            throw SettingsProblem("\(path) must be a JSON object with the keys \(Self.keys)")
        }
        for (key, value) in object { try take(key, value) }
    }

    private mutating func take(_ key: String, _ value: JSONValue) throws(SettingsProblem) {
        if key == "tls" {
            guard case .bool(let isOn) = value else { throw SettingsProblem("\(path): tls must be true or false") }
            tls.isOn = isOn
            return
        }
        guard case .string(let text) = value else { throw SettingsProblem("\(path): \(key) must be a text") }
        let choice = TLSChoices.Choice(text, "\(key) in \(path)")
        switch key {
        case "address": address = text
        case "token": token = text
        case "tenant": tenant = text
        case "ca_file": tls.authorities = choice
        case "client_certificate_file": tls.certificate = choice
        case "client_key_file": tls.key = choice
        case "server_name": tls.serverName = choice
        default: throw SettingsProblem("\(path): \(key) is no setting; there are \(Self.keys)")
        }
    }

    /// A token is a secret.
    func warnWhenOthersCanRead() {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        Terminal.standardError("warning: others can read the token in \(path); mend it with: chmod 600 \(path)\n")
    }
}
