/// A value of an enumeration of the schema files, kept as its number: one that this version does not know is kept too.
public protocol NamedNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible where RawValue == Int32 {
    /// What all the names begin with, such as `AGENT_TYPE_`.
    static var prefix: String { get }
    /// The names without the prefix, by their numbers from 0.
    static var names: [String] { get }
    /// Of a number.
    init(rawValue: Int32)
}

extension NamedNumber {
    /// Of a name, with or without the prefix, in capitals or not.
    public init?(name: String) {
        let wanted = name.uppercased().replacing("-", with: "_")
        let bare = wanted.hasPrefix(Self.prefix) ? String(wanted.dropFirst(Self.prefix.count)) : wanted
        guard let number = Self.names.firstIndex(of: bare) else { return nil }
        self.init(rawValue: Int32(number))
    }

    /// The name without the prefix, such as `RESEARCH`; the number when it has no name here.
    public var shortName: String {
        Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "\(rawValue)"
    }

    /// The name as in the schema files, such as `AGENT_TYPE_RESEARCH`; the number when it has no name here.
    public var name: String {
        Self.names.indices.contains(Int(rawValue)) ? Self.prefix + Self.names[Int(rawValue)] : "\(rawValue)"
    }

    /// The short name.
    public var description: String { shortName }
}
