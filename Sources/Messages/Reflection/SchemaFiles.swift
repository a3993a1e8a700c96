/// The schema files of this program, found by their names and by what they declare.
package struct SchemaFiles: Sendable {
    /// Every schema below `proto/` and all that these import.
    package static let all: SchemaFiles = {
        guard let files = SchemaFiles(set: SchemaFile.constant) else {
            preconditionFailure("The schema files of this build are damaged: run scripts/generate-proto.")
        }
        return files
    }()

    private struct Symbol {
        /// Of its file.
        let index: Int
        let isMessage: Bool
    }

    /// Files come after those that they import.
    package let files: [SchemaFile]
    private let indices: [String: Int]
    private let symbols: [String: Symbol]

    /// - Parameter set: A serialized `google.protobuf.FileDescriptorSet`, whose first field holds the files. Nil when
    ///   it is malformed, or when two files declare the same.
    private init?(set: UnsafeRawBufferPointer) {
        var files: [SchemaFile] = []
        var symbols: [String: Symbol] = [:]
        var cursor = WireCursor(set)
        while !cursor.isAtEnd {
            guard let tag = cursor.tag(), tag.number == 1, let content = cursor.content(),
                let file = FileDescriptor(content)
            else { return nil }
            for symbol in file.symbols {
                let known = symbols.updateValue(
                    Symbol(index: files.count, isMessage: symbol.kind == .message), forKey: symbol.name)
                guard known == nil else { return nil }
            }
            let end = cursor.position
            files.append(
                SchemaFile(name: file.name, imports: file.imports, position: end - content.count..<end))
        }
        self.files = files
        self.symbols = symbols
        indices = Dictionary(files.indices.map { (files[$0].name, $0) }) { first, _ in first }
    }

    /// - Parameter name: As others import it.
    package func file(named name: String) -> SchemaFile? { indices[name].map { files[$0] } }

    /// - Parameter symbol: The full name of a service, a method, a message, an enumeration or anything else that has
    ///   one, without a dot before it.
    package func file(declaring symbol: String) -> SchemaFile? { symbols[symbol].map { files[$0.index] } }

    /// - Parameter name: A full name.
    package func hasMessage(_ name: String) -> Bool { symbols[name]?.isMessage == true }

    /// The file and all that it imports, directly or not; each once, itself first.
    package func withImports(_ file: SchemaFile) -> [SchemaFile] {
        var found = [file]
        var next = 0
        while next < found.count {
            for name in found[next].imports {
                guard let imported = self.file(named: name), !found.contains(imported) else { continue }
                found.append(imported)
            }
            next += 1
        }
        return found
    }
}
