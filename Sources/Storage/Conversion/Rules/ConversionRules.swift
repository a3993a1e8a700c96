internal import AgentdCore

/// The decisions of a conversion. Those that it began with hold to its end: they are kept in the database, so that it
/// goes on with them wherever it is run again.
package struct ConversionRules: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Of `ConversionOption`.
        case option
        /// From a text of the application to a type of agentd.
        case agentType = "agent_type"
        /// From a text of the application to a status of agentd; the empty text stands for NULL too.
        case status
        /// From the id of a user to its e-mail.
        case email
        /// From an e-mail or a domain, in lower case, to the slug of a tenant.
        case tenant
    }

    package struct Key: Hashable, Sendable {
        package let kind: Kind
        package let name: String

        package init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }
    }

    /// Only what was decided; the rest has its fallback.
    package private(set) var decisions: [Key: String]

    package init(_ decisions: [Key: String] = [:]) { self.decisions = decisions }

    package subscript(_ option: ConversionOption) -> String {
        decisions[Key(.option, option.rawValue)] ?? option.fallback
    }

    /// Of one kind, in the order of their names.
    package func entries(_ kind: Kind) -> [(from: String, to: String)] {
        decisions.filter { $0.key.kind == kind }.map { ($0.key.name, $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// Takes a decision.
    /// - Throws: What is wrong with it.
    package mutating func decide(_ kind: Kind, _ from: String, _ to: String) throws(ConversionFailure) {
        try Self.check(kind, from, to)
        let key = Key(kind, kind == .tenant ? from.lowercased() : from)
        guard decisions[key] == nil || decisions[key] == to else {
            throw .refused("\"\(from)\" (\(kind.rawValue)) is given both \"\(decisions[key] ?? "")\" and \"\(to)\".")
        }
        decisions[key] = to
    }

    private static func check(_ kind: Kind, _ from: String, _ to: String) throws(ConversionFailure) {
        switch kind {
        case .option:
            guard let option = ConversionOption(rawValue: from) else {
                throw .refused("\"\(from)\" is no option of a conversion.")
            }
            try check(to, among: option.values, of: option.flag)
            guard !to.isEmpty else { throw .refused("\(option.flag) must not be empty.") }
        case .agentType: try check(to, among: ConversionOption.agentTypes, of: "the type \"\(from)\"")
        case .status: try check(to, among: ConversionOption.agentStatuses, of: "the status \"\(from)\"")
        case .email:
            guard Int64(from) != nil else {
                throw .refused("\"\(from)\" is no id of a user: an e-mail is mapped from the id of its user.")
            }
            guard to.contains("@"), to.utf8.count <= 254, !to.contains(where: \.isWhitespace) else {
                throw .refused("\"\(to)\" is not an e-mail address.")
            }
        case .tenant:
            guard isSlug(to) else {
                throw .refused(
                    "\"\(to)\" is no slug of a tenant: 1 to 63 of a-z, 0-9 and \"-\", beginning with a letter and not "
                        + "ending with \"-\".")
            }
            guard !from.isEmpty else { throw .refused("The tenant \(to) has an empty e-mail or domain.") }
        }
    }

    private static func check(_ value: String, among values: [String]?, of what: String) throws(ConversionFailure) {
        guard let values, !values.contains(value) else { return }
        throw .refused("\"\(value)\" is no value of \(what): it is one of \(values.joined(separator: ", ")).")
    }

    package static func isSlug(_ text: String) -> Bool {
        let isAllowed = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard let first = text.utf8.first, isAllowed else { return false }
        return (0x61...0x7A).contains(first) && text.utf8.count <= 63 && text.utf8.last != UInt8(ascii: "-")
    }

    /// What of the given decisions is not as here: a conversion under way does not change its mind.
    func differences(from given: ConversionRules) -> [String] {
        given.decisions.sorted { ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name) }
            .compactMap { key, value in
                let kept =
                    key.kind == .option
                    ? ConversionOption(rawValue: key.name).map { self[$0] } : decisions[key]
                guard kept != value else { return nil }
                let what = key.kind == .option ? key.name : "\(key.kind.rawValue) \"\(key.name)\""
                return "\(what) is \(kept.map { "\"\($0)\"" } ?? "not mapped"), not \"\(value)\""
            }
    }
}
