extension ConversionRules {
    /// Takes the decisions of a mapping file: lines of `agent_type,FROM,TO`, `status,FROM,TO` and
    /// `email,USER ID,E-MAIL`.
    package mutating func readMapping(_ text: String, named name: String) throws(ConversionFailure) {
        try Self.read(text, named: name, columns: ["kind", "from", "to"]) { (fields) throws(ConversionFailure) in
            guard let kind = Kind(rawValue: fields[0]), [.agentType, .status, .email].contains(kind) else {
                throw .refused("\"\(fields[0])\" is no kind of mapping: it is one of agent_type, status, email.")
            }
            try decide(kind, fields[1], fields[2])
        }
    }

    /// Takes the decisions of a tenant map: lines of `E-MAIL OR DOMAIN,SLUG`.
    package mutating func readTenantMap(_ text: String, named name: String) throws(ConversionFailure) {
        try Self.read(text, named: name, columns: ["user", "tenant"]) { (fields) throws(ConversionFailure) in
            let user = fields[0].first == "@" ? String(fields[0].dropFirst()) : fields[0]
            try decide(.tenant, user, fields[1])
        }
    }

    /// - Parameter columns: Also what the first line may say.
    private static func read(
        _ text: String, named name: String, columns: [String],
        _ body: ([String]) throws(ConversionFailure) -> Void
    ) throws(ConversionFailure) {
        do {
            for (index, record) in try CSVText.records(text).enumerated() {
                // The spaces in front of and behind a text of the application may be its own.
                let fields = record.fields
                if index == 0, fields.count == columns.count, fields.last == columns.last { continue }
                guard fields.count == columns.count else {
                    throw ConversionFailure.refused(
                        "line \(record.line): there are \(fields.count) values, not \(columns.count) "
                            + "(\(columns.joined(separator: ",")))")
                }
                do {
                    try body(fields)
                } catch {
                    throw ConversionFailure.refused("line \(record.line): \(error.description)")
                }
            }
        } catch let error as ConversionFailure {
            throw .refused("\(name): \(error.description)")
        } catch {
            throw .refused("\(name): \(error)")
        }
    }
}
