internal import Configuration
internal import Foundation

/// A file of settings: one JSON object, whose keys are the settings' keys. Keys that begin with `//` are comments.
package struct ConfigurationFile: Sendable {
    /// Far more than all settings need; a file that is longer is some other file.
    private static let maximumBytes = 1 << 20

    package let path: String
    /// The keys of settings in it.
    let keys: [String]
    private let booleanKeys: Set<String>
    private let values: JSONSnapshot

    /// Reads it.
    /// - Throws: What is wrong with the file as a whole; the settings in it are judged later.
    package init(path: String) throws(SettingsProblem) {
        let contents: [UInt8]
        do {
            contents = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw SettingsProblem("The configuration file \(path) cannot be read: \(SystemError.reason(error))")
        }
        try self.init(path: path, contents: contents)
    }

    init(path: String, contents: [UInt8]) throws(SettingsProblem) {
        guard contents.count <= Self.maximumBytes else {
            throw SettingsProblem("The configuration file \(path) has more than \(Self.maximumBytes) bytes.")
        }
        let kinds: [String: ValueKind]
        do {
            kinds = try JSONDecoder().decode([String: ValueKind].self, from: Data(contents))
            values = try JSONSnapshot(data: contents.span.bytes, providerName: path, parsingOptions: .default)
        } catch {
            throw SettingsProblem("The configuration file \(path) is not one JSON object: \(Self.explain(error)).")
        }
        self.path = path
        keys = kinds.keys.filter { !$0.hasPrefix("//") }.sorted()
        booleanKeys = Set(kinds.filter { $0.value == .boolean }.keys)
    }

    /// The value of a key as one would write it in the environment; nil when the file does not have it.
    func text(forKey key: String) -> String? {
        guard keys.contains(key) else { return nil }
        func value(_ type: ConfigType) -> ConfigContent? {
            (try? values.value(forKey: AbsoluteConfigKey([key]), type: type))?.value?.content
        }
        if booleanKeys.contains(key), case .bool(let flag) = value(.bool) { return String(flag) }
        if case .string(let text) = value(.string) { return text }
        if case .int(let number) = value(.int) { return String(number) }
        if case .double(let number) = value(.double) { return String(number) }
        return "a value that is neither text, number, true nor false"
    }

    private static func explain(_ error: any Error) -> String {
        guard case .dataCorrupted(let context) = error as? DecodingError else {
            return (error as? DecodingError) == nil ? "\(error)" : "it must look like {\"log_level\": \"info\"}"
        }
        let cause = (context.underlyingError as? NSError)?.userInfo["NSDebugDescription"] as? String
        let explanation = cause ?? context.debugDescription
        return explanation.hasSuffix(".") ? String(explanation.dropLast()) : explanation
    }

    /// JSON distinguishes `true` and `1`; the library that reads the values does not.
    private enum ValueKind: Decodable {
        case boolean
        case other

        init(from decoder: any Decoder) throws {
            self = (try? decoder.singleValueContainer().decode(Bool.self)) == nil ? .other : .boolean
        }
    }
}
