internal import Foundation

/// A file that a setting names, and its text as it was read last.
package struct TextFile: Sendable, Equatable {
    /// Far more than keys and certificates take; a file that is longer is some other file.
    private static let maximumBytes = 1 << 20

    package let path: String
    package let text: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads it.
    /// - Throws: Why that cannot be done, in a few words that follow the path.
    package init(reading path: String) throws(SettingsProblem) {
        let contents: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            contents = try file.read(upToCount: Self.maximumBytes + 1) ?? Data()
        } catch {
            throw SettingsProblem("cannot be read: \(SystemError.reason(error))")
        }
        guard contents.count <= Self.maximumBytes else {
            throw SettingsProblem("has more than \(Self.maximumBytes) bytes")
        }
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw SettingsProblem("is not text in UTF-8")
        }
        self.init(path: path, text: text)
    }

    /// What the same path holds now.
    func readAgain() throws(SettingsProblem) -> TextFile { try TextFile(reading: path) }
}

extension TextFile: CustomStringConvertible {
    /// Without the text, which may be a key.
    package var description: String { path }
}

extension SettingsReader {
    /// The file that a setting names; nil when it names none, or none that can be read.
    mutating func file(_ setting: Setting<String?>) -> TextFile? {
        guard let path = value(setting) else { return nil }
        do throws(SettingsProblem) {
            return try TextFile(reading: path)
        } catch {
            refuse("The file \(path) of \(setting.entry.name) \(error.description)")
            return nil
        }
    }
}
