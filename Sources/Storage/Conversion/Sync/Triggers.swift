/// The triggers by which the two sides follow each other. What one side writes because the other did goes no further.
enum Triggers {
    private static let fromApplication = "current_setting('agentd_conversion.origin', true) IS DISTINCT FROM 'agentd'"
    private static let fromAgentd = "current_setting('agentd_conversion.origin', true) IS DISTINCT FROM 'legacy'"
    private static let isCopied = "current_setting('agentd_conversion.origin', true) = 'legacy'"

    /// - Parameter singular: `user` or `agent`.
    static func following(_ singular: String, in home: String) -> String {
        """
        CREATE TRIGGER agentd_conversion_follow AFTER INSERT OR UPDATE OR DELETE ON \(home).\(singular)s
            FOR EACH ROW WHEN (\(fromApplication)) EXECUTE FUNCTION agentd_conversion.follow_\(singular)();
        CREATE TRIGGER agentd_conversion_follow_truncate AFTER TRUNCATE ON \(home).\(singular)s
            FOR EACH STATEMENT WHEN (\(fromApplication)) EXECUTE FUNCTION agentd_conversion.follow_\(singular)();
        """
    }

    static func withoutFollowing(_ singular: String, in home: String) -> String {
        """
        DROP TRIGGER IF EXISTS agentd_conversion_follow ON \(home).\(singular)s;
        DROP TRIGGER IF EXISTS agentd_conversion_follow_truncate ON \(home).\(singular)s;
        """
    }

    /// Behind `keep_revision` in the order of names, which is the order in which they run.
    static func times(_ singular: String) -> String {
        """
        CREATE TRIGGER legacy_times BEFORE INSERT OR UPDATE ON public.\(singular)s
            FOR EACH ROW WHEN (\(isCopied)) EXECUTE FUNCTION agentd_conversion.keep_\(singular)_times();
        """
    }

    /// - Parameter tenant: That of the application, as SQL.
    static func answering(_ singular: String, tenant: String) -> String {
        let function = "EXECUTE FUNCTION agentd_conversion.answer_\(singular)()"
        return [("INSERT", "NEW"), ("DELETE", "OLD")].map { event, row in
            """
            CREATE TRIGGER agentd_conversion_answer_\(event.lowercased()) AFTER \(event) ON public.\(singular)s
                FOR EACH ROW WHEN (\(row).tenant_id = \(tenant) AND \(fromAgentd)) \(function);
            """
        }.joined(separator: "\n") + """

            CREATE TRIGGER agentd_conversion_answer_update AFTER UPDATE ON public.\(singular)s FOR EACH ROW
                WHEN (OLD.tenant_id = \(tenant) AND NEW.tenant_id = \(tenant) AND \(fromAgentd)) \(function);
            """
    }

    static func withoutAnswering(_ singular: String) -> String {
        (["insert", "update", "delete"].map { "agentd_conversion_answer_\($0)" } + ["legacy_times"])
            .map { "DROP TRIGGER IF EXISTS \($0) ON public.\(singular)s;" }.joined(separator: "\n")
    }
}
