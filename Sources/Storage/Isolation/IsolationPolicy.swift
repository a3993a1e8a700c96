/// A policy as the catalogue shows it (`pg_policies`).
struct IsolationPolicy: Equatable {
    let table: String
    let name: String
    let isPermissive: Bool
    /// `ALL`, or the one command that it is for.
    let command: String
    /// As an array in text, such as `{public}`.
    let roles: String
    let using: String?
    let check: String?

    /// The policy that every tenant table must have.
    static func isolation(of table: String) -> IsolationPolicy {
        let column = table == "tenants" ? "id" : "tenant_id"
        let expression = "(\(column) = ( SELECT current_tenant_id() AS current_tenant_id))"
        return IsolationPolicy(
            table: table, name: "tenant_isolation_\(table)", isPermissive: true, command: "ALL", roles: "{public}",
            using: expression, check: expression)
    }

    /// Those that it may have besides. Policies add up: each lets through what the others keep back.
    static func additions(to table: String) -> [IsolationPolicy] {
        let platform = IsolationPolicy(
            table: table, name: "platform_access_\(table)", isPermissive: true, command: "ALL",
            roles: "{agentd_platform}", using: "true", check: "true")
        func retention(_ name: String, _ command: String, _ using: String) -> IsolationPolicy {
            IsolationPolicy(
                table: table, name: name, isPermissive: true, command: command, roles: "{agentd_owner}", using: using,
                check: nil)
        }
        // The owner's function that removes old audit events sees no more than these.
        let isOld = "(create_time < (now() - '1 day'::interval))"
        return switch table {
        case "audit_events":
            [
                platform, retention("audit_retention_select", "SELECT", isOld),
                retention("audit_retention_delete", "DELETE", isOld),
            ]
        case "tenants": [platform, retention("audit_retention_tenants", "SELECT", "true")]
        default: [platform]
        }
    }

    /// The statements that make it what it is to be.
    var restoration: String {
        let parts = [
            "CREATE POLICY \(SQLText.name(name)) ON \(SQLText.name(table))", "FOR \(command)",
            "TO \(roles.dropFirst().dropLast())", using.map { "USING (\($0))" }, check.map { "WITH CHECK (\($0))" },
        ]
        return "\(removal(ifExists: true)) \(parts.compactMap(\.self).joined(separator: " "));"
    }

    func removal(ifExists: Bool = false) -> String {
        "DROP POLICY \(ifExists ? "IF EXISTS " : "")\(SQLText.name(name)) "
            + "ON \(SQLText.name(table));"
    }
}
