import Testing

@testable internal import Operations

@Suite("The table of metrics")
struct MetricCatalogueTests {
    @Test(
        "Names that dashboards and alerts rely on are there",
        arguments: [
            "grpc_server_started_total", "grpc_server_handled_total", "grpc_server_handling_seconds",
            "agentd_calls_in_flight", "agentd_calls_held_back", "agentd_connections",
            "agentd_connections_refused_total",
            "agentd_database_connections", "agentd_database_queue_length", "agentd_database_statements_in_flight",
            "agentd_database_in_flight_limit", "agentd_database_calls_sent_total",
            "agentd_database_calls_expired_total", "agentd_database_wait_seconds_total",
            "agentd_token_cache_entries", "agentd_token_cache_lookups_total", "agentd_refusals_total",
            "agentd_isolation_proven", "agentd_isolation_proven_timestamp_seconds", "agentd_ready",
            "agentd_build_info", "agentd_certificate_expiry_timestamp_seconds", "process_resident_memory_bytes",
            "process_cpu_seconds_total",
            "process_start_time_seconds", "process_open_fds", "process_max_fds",
        ])
    func fixedName(name: String) {
        #expect(MetricCatalogue.all.contains { $0.name == name })
    }

    @Test(
        "Each is there once, with valid names, a sentence, and the suffix of its kind", arguments: MetricCatalogue.all)
    func entry(definition: MetricDefinition) {
        #expect(definition.hasValidNames)
        #expect(MetricCatalogue.all.filter { $0.name == definition.name }.count == 1)
        #expect(definition.help.hasSuffix(".") && definition.help.first?.isUppercase == true)
        #expect(definition.name.hasSuffix("_total") == (definition.kind == .counter))
        #expect(!definition.labels.contains("tenant"))
    }

    @Test(
        "Names that Prometheus does not take are known",
        arguments: [
            MetricDefinition("1st", .gauge, ""), MetricDefinition("a-b", .gauge, ""), MetricDefinition("", .gauge, ""),
            MetricDefinition("é", .gauge, ""), MetricDefinition("a", .gauge, labels: ["__b"], ""),
            MetricDefinition("a", .gauge, labels: ["le"], ""), MetricDefinition("a", .gauge, labels: ["b", "b"], ""),
        ])
    func invalid(definition: MetricDefinition) {
        #expect(!definition.hasValidNames)
    }
}
