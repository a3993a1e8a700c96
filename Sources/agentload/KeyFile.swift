internal import ArgumentParser
internal import ClientOptions
internal import LoadGenerator

/// As whom to call: from a file with a key on each line, or else from the environment.
enum KeyFile {
    /// Room for the keys of all tenants that a daemon may have.
    private static let maximumBytes = 64 << 20
    /// Longer than a header may be that a daemon takes.
    private static let maximumKeyBytes = 64 * 1_024
    private static let byteOrderMark: Character = "\u{FEFF}"

    /// May wait for standard input, where that is the file.
    /// - Throws: `ValidationError`.
    static func keys(_ options: LoadOptions, environment: [String: String]) throws -> [LoadKey] {
        let keys = try allKeys(options, environment)
        if options.skew.isNoisy, keys.count < 2 {
            throw ValidationError("--skew noisy needs keys of two tenants or more, and there is one key.")
        }
        return keys
    }

    private static func allKeys(_ options: LoadOptions, _ environment: [String: String]) throws -> [LoadKey] {
        if let path = options.keys {
            let keys = try read(path, of: "--keys")
            if let tenants = options.tenants, tenants > keys.count {
                throw ValidationError("\(name(of: path)) has \(keys.count) keys, fewer than --tenants \(tenants).")
            }
            return Array(keys.prefix(options.tenants ?? keys.count))
        }
        if let token = environment["AGENTD_TOKEN"] { return [LoadKey(token, from: "AGENTD_TOKEN")] }
        if let path = environment["AGENTD_TOKEN_FILE"] { return try read(path, of: "AGENTD_TOKEN_FILE") }
        throw ValidationError("Say who calls: --keys names a file with an API key on each line, or set AGENTD_TOKEN.")
    }

    private static func read(_ path: String, of source: String) throws -> [LoadKey] {
        var text: String
        do {
            text = try BoundedFile.text(path: path, maximumBytes: maximumBytes)
        } catch {
            throw ValidationError("\(source): \(error.description).")
        }
        if text.first == byteOrderMark { text.removeFirst() }
        var keys: [LoadKey] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.first?.first == "#" { continue }
            let origin = "line \(index + 1) of \(BoundedFile.name(of: path))"
            for word in words {
                guard word.utf8.count <= maximumKeyBytes else {
                    throw ValidationError("\(source): \(origin) is longer than any key.")
                }
                keys.append(LoadKey(String(word), from: origin))
            }
        }
        guard !keys.isEmpty else { throw ValidationError("\(name(of: path)) of \(source) has no key.") }
        return keys
    }

    /// As a sentence begins.
    private static func name(of path: String) -> String { path == "-" ? "Standard input" : "The file \(path)" }
}
