internal import AgentdCore
internal import Postgres

/// Finds out what a conversion works on: what an earlier run has kept, or else what the database is.
enum ContextLoader {
    /// Of decisions that the converter itself takes.
    private static let ownKind = "state"

    struct Loaded {
        let context: ConversionContext
        let shape: LegacyShape
        /// Whether an earlier run has kept it.
        let isBegun: Bool
    }

    static func load(
        _ connection: borrowing ScriptConnection, _ conversion: Conversion, rules given: ConversionRules
    ) throws -> Loaded {
        let isBegun = try ProgressTable.exists(connection)
        guard let shape = try LegacyShape.find(connection) else { throw try absence(connection) }
        let kept = isBegun ? try ProgressTable.decisions(connection) : []
        let rules = try isBegun ? rules(kept, given) : checked(connection, given)
        let own = Dictionary(kept.filter { $0.kind == ownKind }.map { ($0.name, $0.value) }) { first, _ in first }
        if let slug = own["tenant_slug"], slug != conversion.defaultTenantSlug {
            throw ConversionFailure.refused(
                "The conversion began with DEFAULT_TENANT_SLUG=\(slug), not \(conversion.defaultTenantSlug). Set it to "
                    + "\(slug), or take the conversion back with --rollback first.")
        }
        let path = try isBegun ? own["search_path"] : searchPath(connection, role: shape.role)
        let now = try connection.rows("SELECT now()::text").first?.first?.map(\.self) ?? ""
        let context = ConversionContext(
            role: shape.role, rules: rules, types: shape.types, tenantSlug: conversion.defaultTenantSlug,
            tenantID: own["tenant_id"] ?? "\(UUIDValue.random())", begun: own["begun"] ?? now,
            rowLevelSecurity: conversion.rowLevelSecurity, searchPath: path,
            userRows: try rows(connection, "users", shape), agentRows: try rows(connection, "agents", shape))
        return Loaded(context: context, shape: shape, isBegun: isBegun)
    }

    /// What the first step keeps.
    static func decisions(of context: ConversionContext) -> [(kind: String, name: String, value: String)] {
        var kept = context.rules.decisions.map { (kind: $0.key.kind.rawValue, name: $0.key.name, value: $0.value) }
        for option in ConversionOption.allCases
        where context.rules.decisions[ConversionRules.Key(.option, option.rawValue)] == nil {
            kept.append((ConversionRules.Kind.option.rawValue, option.rawValue, option.fallback))
        }
        let own = [
            "role": context.role, "tenant_slug": context.tenantSlug, "tenant_id": context.tenantID,
            "begun": context.begun, "search_path": context.searchPath,
        ]
        return kept + own.compactMap { name, value in value.map { (ownKind, name, $0) } }
    }

    private static func rules(
        _ kept: [(kind: String, name: String, value: String)], _ given: ConversionRules
    ) throws -> ConversionRules {
        let decisions = kept.compactMap { row in
            ConversionRules.Kind(rawValue: row.kind).map { (ConversionRules.Key($0, row.name), row.value) }
        }
        let rules = ConversionRules(Dictionary(decisions) { first, _ in first })
        let differences = rules.differences(from: given)
        guard differences.isEmpty else {
            throw ConversionFailure.refused(
                "The conversion that is under way began with other decisions: \(differences.joined(separator: "; ")). "
                    + "Run it without them to go on, or take it back with --rollback first.")
        }
        return rules
    }

    private static func checked(
        _ connection: borrowing ScriptConnection, _ given: ConversionRules
    ) throws -> ConversionRules {
        let zone = given[.legacyTimeZone]
        let known = try connection.rows("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1)", [zone])
        guard known.first?.first == "t" else {
            throw ConversionFailure.refused(
                "\"\(zone)\" is no time zone that PostgreSQL knows: "
                    + "\(ConversionOption.legacyTimeZone.flag) takes a name such as UTC or Europe/Berlin.")
        }
        return given
    }

    private static func absence(_ connection: borrowing ScriptConnection) throws -> ConversionFailure {
        let isMigrated = try connection.rows("SELECT to_regclass('public.schema_migrations') IS NOT NULL")
        return isMigrated.first?.first == "t"
            ? .refused(
                "There is nothing to convert: this database has the tables of agentd, and none of an application.")
            : .refused(
                "There is nothing to convert: this database has no tables users and agents in the schema public. "
                    + "Name the application's database with AGENTD_OWNER_DATABASE_URL.")
    }

    private static func searchPath(
        _ connection: borrowing ScriptConnection, role: String
    ) throws(ScriptConnection.Failure) -> String? {
        try connection.rows(
            """
            SELECT substr(setting, 13) FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
            WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = $1)
                AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND setting LIKE 'search_path=%'
            """, [role]
        ).first?.first.flatMap(\.self)
    }

    private static func rows(
        _ connection: borrowing ScriptConnection, _ table: String, _ shape: LegacyShape
    ) throws(ScriptConnection.Failure) -> Int {
        let name = "\(SQLText.name(shape.place)).\(table)"
        let estimate = try connection.rows("SELECT reltuples::bigint FROM pg_class WHERE oid = $1::regclass", [name])
        if let rows = estimate.first?.first.flatMap({ $0.flatMap { Int($0) } }), rows > 0 { return rows }
        return try connection.rows("SELECT count(*) FROM \(name)").first?.first.flatMap { $0.flatMap { Int($0) } } ?? 0
    }
}
