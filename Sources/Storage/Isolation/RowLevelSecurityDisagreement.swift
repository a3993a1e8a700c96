/// A database in which row-level security is not what the setting `ENABLE_ROW_LEVEL_SECURITY` says, wholly or on some
/// tables.
package struct RowLevelSecurityDisagreement: Sendable, CustomStringConvertible {
    /// What the setting says.
    private let isOn: Bool
    /// Those that disagree.
    package let tables: [String]
    /// Whether no table agrees.
    private let isComplete: Bool

    /// Nil when every table is as it is to be.
    init?(_ isOn: Bool, _ tables: [IsolationCatalog.TenantTable]) {
        let differing = tables.filter { !$0.agrees(rowLevelSecurity: isOn) }
        guard !differing.isEmpty else { return nil }
        self.isOn = isOn
        self.tables = differing.map(\.name)
        isComplete = differing.count == tables.count
    }

    /// What was found and how to mend it.
    package var description: String {
        let state = isOn ? "not enabled and forced" : "not off"
        let place = isComplete ? "on any tenant table" : "on \(tables.joined(separator: ", "))"
        // Half a database suits neither setting, so changing the setting helps only where all of it is the other way.
        let change = isComplete ? ", or set ENABLE_ROW_LEVEL_SECURITY=\(!isOn)" : ""
        return "ENABLE_ROW_LEVEL_SECURITY is \(isOn), but in the database row-level security is \(state) \(place). "
            + "Run `agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=\(isOn)\(change)."
    }
}
