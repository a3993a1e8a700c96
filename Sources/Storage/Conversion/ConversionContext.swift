/// What every step of one conversion knows.
struct ConversionContext: Sendable {
    /// The role of the application.
    let role: String
    let rules: ConversionRules
    /// Of the columns of the application, by `table.column`.
    let types: [String: String]
    let tenantSlug: String
    let tenantID: String
    /// When the conversion began, as PostgreSQL writes it.
    let begun: String
    /// Whether migrations leave row-level security on.
    let rowLevelSecurity: Bool
    /// The `search_path` that the role had for this database before, if any.
    let searchPath: String?
    /// How many rows there are, by the statistics of PostgreSQL.
    let userRows: Int
    let agentRows: Int

    /// The schema of the application's tables, as an identifier.
    var home: String { SQLText.name(role) }
    var quotedRole: String { SQLText.name(role) }
    var tenant: String { "\(SQLText.literal(tenantID))::uuid" }

    var mapping: RowMapping {
        RowMapping(
            rules: rules, types: types, schema: home, begun: "\(SQLText.literal(begun))::timestamptz")
    }

    /// The same while the tables are still where the application made them.
    func mapping(in schema: String) -> RowMapping {
        RowMapping(
            rules: rules, types: types, schema: SQLText.name(schema),
            begun: "\(SQLText.literal(begun))::timestamptz")
    }
}
