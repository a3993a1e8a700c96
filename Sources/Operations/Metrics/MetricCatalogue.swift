/// The one table of metrics. What is not in it is not exposed, so that everything a scrape shows is explained, and no
/// library adds names that nobody chose.
///
/// None has a label of a tenant: their number is not bounded, and who may read metrics may not know the tenants.
package enum MetricCatalogue {
    package static let all = calls + refusals + connections + database + tokens + state + process + own

    private static let method = ["grpc_type", "grpc_service", "grpc_method"]

    /// Named as the metrics of go-grpc-prometheus, so that dashboards and alerts made for those fit.
    private static let calls = [
        MetricDefinition("grpc_server_started_total", .counter, labels: method, "Calls that began, by method."),
        MetricDefinition(
            "grpc_server_handled_total", .counter, labels: method + ["grpc_code"],
            "Calls that were answered, by method and code."),
        MetricDefinition(
            "grpc_server_handling_seconds", .histogram, labels: method,
            "Time from the arrival of a call to its answer, in seconds, by method."),
        MetricDefinition(
            "agentd_calls_in_flight", .gauge, labels: ["door"], "Calls that were taken and are not answered yet."),
        MetricDefinition(
            "agentd_calls_held_back", .gauge,
            "Calls that are not begun yet: many others of their connection run, or its answers pile up."),
        MetricDefinition("agentd_open_streams", .gauge, "Streams that are open: watches of health, and reflection."),
    ]

    private static let refusals = [
        MetricDefinition(
            "agentd_refusals_total", .counter, labels: ["reason"],
            "Calls refused to protect the daemon, or by the limits of a tenant, by reason.")
    ]

    private static let connections = [
        MetricDefinition(
            "agentd_certificate_expiry_timestamp_seconds", .gauge,
            "When the certificate of the port ends, in seconds since 1970; absent where nothing is encrypted."),
        MetricDefinition(
            "agentd_connections", .gauge, labels: ["door"],
            "Open connections of clients, by the protocol they speak; unknown until they have said so."),
        MetricDefinition(
            "agentd_connections_refused_total", .counter, labels: ["reason"],
            "Connections of clients that were not served, or ended for what the client did, by reason."),
    ]

    private static let database = [
        MetricDefinition(
            "agentd_database_connections", .gauge, labels: ["pool", "state"],
            "Connections to the database that are open, and how many there should be."),
        MetricDefinition(
            "agentd_database_queue_length", .gauge, labels: kind,
            "Calls that wait for room on a connection to the database, by the kind of connection."),
        MetricDefinition(
            "agentd_database_statements_in_flight", .gauge, labels: kind,
            "Statements that were sent to the database and are not answered yet."),
        MetricDefinition(
            "agentd_database_in_flight_limit", .gauge, labels: kind,
            "While so many statements are in flight no more are sent: of reads fewer while their answers are late."),
        MetricDefinition(
            "agentd_database_calls_sent_total", .counter, labels: kind, "Calls that were sent to the database."),
        MetricDefinition(
            "agentd_database_wait_seconds_total", .counter, labels: kind,
            "Time that those had waited for room on a connection to the database, all together, in seconds."),
        MetricDefinition(
            "agentd_database_calls_expired_total", .counter, labels: kind,
            "Calls that were never sent to the database because their deadline passed while they waited for it."),
    ]

    /// Of connections to the database: `read` or `write`. Where there is none for writes, those wait for the others.
    private static let kind = ["pool", "kind"]

    private static let tokens = [
        MetricDefinition(
            "agentd_token_cache_entries", .gauge, "Tokens of which the outcome of the check is remembered."),
        MetricDefinition(
            "agentd_token_cache_lookups_total", .counter, labels: ["result"],
            "Tokens of calls that were found in the cache (hit), or had to be checked (miss)."),
    ]

    private static let state = [
        MetricDefinition("agentd_ready", .gauge, "Whether the daemon takes calls (1), as /readyz says."),
        MetricDefinition(
            "agentd_isolation_proven", .gauge,
            "Whether the last proof that the database keeps tenants apart succeeded (1)."),
        MetricDefinition(
            "agentd_isolation_proven_timestamp_seconds", .gauge,
            "When the database was last proven to keep tenants apart, in seconds since 1970; 0 for never."),
        MetricDefinition(
            "agentd_build_info", .gauge, labels: ["version", "swift"],
            "The version of the daemon and of the compiler that built it; always 1."),
    ]

    /// As every Prometheus client names them.
    private static let process = [
        MetricDefinition("process_cpu_seconds_total", .counter, "Processor time used, user and system, in seconds."),
        MetricDefinition("process_max_fds", .gauge, "The most file descriptors that the process may have open."),
        MetricDefinition("process_open_fds", .gauge, "File descriptors that are open."),
        MetricDefinition("process_resident_memory_bytes", .gauge, "Memory that is resident, in bytes."),
        MetricDefinition("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970."),
    ]

    /// What the metrics say of themselves.
    private static let own = [
        MetricDefinition(
            "agentd_metrics_collected", .gauge,
            "Whether every serving loop told its figures for this answer (1), or the ones shown are older (0)."),
        dropped,
    ]

    static let dropped = MetricDefinition(
        "agentd_metrics_dropped_total", .counter, labels: ["reason"],
        "Metrics that were asked for and are not exposed, by reason: a bug in the daemon when it is not 0.")
}
