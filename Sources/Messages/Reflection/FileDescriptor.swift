/// What a schema file declares, read from its serialized `google.protobuf.FileDescriptorProto`.
struct FileDescriptor {
    struct Symbol: Equatable {
        /// The full name, such as `agentd.v1.AgentService.GetAgent`.
        let name: String
        let kind: Kind
    }

    /// What kind of descriptor a message of `google/protobuf/descriptor.proto` is.
    enum Kind {
        case file, message, enumeration, service, `extension`
        /// Fields, `oneof`s, values of enumerations and methods: like extensions, they declare nothing in turn.
        case leaf

        /// The kind of what a field of this descriptor declares; nil of fields that declare nothing.
        func declared(by field: UInt32) -> Kind? {
            switch (self, field) {
            case (.file, 4), (.message, 3): .message
            case (.file, 5), (.message, 4): .enumeration
            case (.file, 6): .service
            case (.file, 7), (.message, 6): .extension
            case (.message, 2), (.message, 8), (.enumeration, 2), (.service, 2): .leaf
            default: nil
            }
        }
    }

    /// The fields of `FileDescriptorProto` that are read besides. Every other descriptor has its name in the same one.
    private enum Field {
        static let name: UInt32 = 1
        static let package: UInt32 = 2
        static let dependency: UInt32 = 3
    }

    private typealias Content = (field: UInt32, bytes: UnsafeRawBufferPointer)

    let name: String
    let imports: [String]
    private(set) var symbols: [Symbol] = []

    /// Nil when the bytes are no descriptor.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let contents = Self.contents(of: bytes), let name = Self.text(Field.name, in: contents) else {
            return nil
        }
        self.name = name
        imports = contents.filter { $0.field == Field.dependency }.map { Self.text($0.bytes) }
        let package = Self.text(Field.package, in: contents) ?? ""
        guard addDeclarations(of: contents, .file, scope: package) else { return nil }
    }

    private mutating func addDeclarations(of contents: [Content], _ kind: Kind, scope: String) -> Bool {
        for content in contents {
            guard let declared = kind.declared(by: content.field) else { continue }
            guard let inner = Self.contents(of: content.bytes), let name = Self.text(Field.name, in: inner) else {
                return false
            }
            let fullName = scope.isEmpty ? name : "\(scope).\(name)"
            symbols.append(Symbol(name: fullName, kind: declared))
            // The values of an enumeration are named beside it, not within it.
            guard addDeclarations(of: inner, declared, scope: declared == .enumeration ? scope : fullName) else {
                return false
            }
        }
        return true
    }

    private static func text(_ field: UInt32, in contents: [Content]) -> String? {
        contents.first { $0.field == field }.map { text($0.bytes) }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The length-delimited fields of a message; nil when it is malformed.
    private static func contents(of message: UnsafeRawBufferPointer) -> [Content]? {
        var contents: [Content] = []
        var cursor = WireCursor(message)
        while !cursor.isAtEnd {
            guard let tag = cursor.tag() else { return nil }
            if tag.wireType == .lengthDelimited {
                guard let bytes = cursor.content() else { return nil }
                contents.append((tag.number, bytes))
            } else {
                guard cursor.skip(tag.wireType) else { return nil }
            }
        }
        return contents
    }
}
