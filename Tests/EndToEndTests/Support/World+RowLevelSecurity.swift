extension World {
    /// A world in whose database row-level security is off: the daemon alone keeps tenants apart.
    static func withoutRowLevelSecurity<R>(_ body: (World) async throws -> R) async throws -> R {
        try await SecurityState.off.withDatabase { database in
            try await Daemon.with(database, settings: SecurityState.setting(false)) { daemon in
                try await body(try await make(database, daemon))
            }
        }
    }
}
