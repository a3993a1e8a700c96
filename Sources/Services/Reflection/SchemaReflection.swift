internal import AgentdCore
internal import Messages

/// Tells tools about the services and their schemas, so that they need no schema files.
struct SchemaReflection: Sendable {
    private let files = SchemaFiles.all
    /// Of the services, sorted.
    private let services = Set(MethodSchema.all.map(\.service)).sorted()

    func outcome(of query: ReflectionQuery?) -> ReflectionOutcome {
        switch query {
        case .listServices: .services(services)
        case .fileByFilename(let name): fileNamed(name)
        case .fileContainingSymbol(let symbol): fileDeclaring(symbol)
        case .fileContainingExtension(let type, let number):
            // No schema has extensions, and a test says so.
            .error(
                .notFound, "No schema file extends \(FieldViolations.quoted(type)) with a field of number \(number).")
        case .allExtensionNumbersOfType(let type): extensionNumbers(of: type)
        case nil: .error(.invalidArgument, "The request asks for nothing: set one of the fields of message_request.")
        }
    }

    private func fileNamed(_ name: String) -> ReflectionOutcome {
        guard let file = files.file(named: name) else {
            return .error(
                .notFound,
                "There is no schema file \(FieldViolations.quoted(name)). Ask for it by the name that it is imported "
                    + "by, such as \"agentd/v1/agents.proto\".")
        }
        return .files(files.withImports(file))
    }

    private func fileDeclaring(_ symbol: String) -> ReflectionOutcome {
        guard let file = files.file(declaring: symbol) else {
            return .error(
                .notFound,
                "No schema file declares \(FieldViolations.quoted(symbol)). Ask for the full name of a service, a "
                    + "method, a message or an enumeration, such as \"agentd.v1.AgentService\".")
        }
        return .files(files.withImports(file))
    }

    private func extensionNumbers(of type: String) -> ReflectionOutcome {
        guard files.hasMessage(type) else {
            return .error(
                .notFound,
                "There is no message \(FieldViolations.quoted(type)). Ask for the full name of one, such as "
                    + "\"agentd.v1.Agent\".")
        }
        return .noExtensions(of: type)
    }
}
