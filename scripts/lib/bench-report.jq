# Makes the report of scripts/bench out of its figures.
#
# Input: {"figures": {NAME: [a number for each round]}, ...}; what else there is belongs to the report as it is.
# Output: the same with medians, spreads, ratios and goals.

include "bench-medians";

# Name, and what is divided by what.
def ratios: [
    ["framed_get_64_over_raw", "framed_get_64", "raw"],
    ["framed_get_256_over_raw", "framed_get_256", "raw"],
    ["framed_get_64_over_raw_record", "framed_get_64", "raw_record"],
    ["framed_get_256_over_raw_record", "framed_get_256", "raw_record"],
    ["framed_get_64_over_raw_batched", "framed_get_64", "raw_batched"],
    ["framed_get_256_over_raw_batched", "framed_get_256", "raw_batched"],
    ["framed_get_8_over_pgbench_tx", "framed_get_8", "pgbench_tx_8"],
    ["framed_get_64_over_pgbench_tx", "framed_get_64", "pgbench_tx_8"],
    ["framed_get_1_over_pgbench_tx_1", "framed_get_1", "pgbench_tx_1"],
    ["framed_get_8_over_pgbench_pipelined", "framed_get_8", "pgbench_pipelined_8"],
    ["framed_p50_1_over_raw_round_trip", "framed_get_1_p50_us", "raw_round_trip_p50_us"],
    ["framed_p50_1_over_relay_round_trip", "framed_get_1_p50_us", "relay_round_trip_p50_us"],
    ["relay_round_trip_over_raw_round_trip", "relay_round_trip_p50_us", "raw_round_trip_p50_us"],
    ["grpc_get_64_over_framed", "grpc_get_64", "framed_get_64"],
    ["grpc_get_64_over_raw", "grpc_get_64", "raw"],
    ["framed_list_16_over_pgbench_pipelined_list", "framed_list_16", "pgbench_pipelined_list_16"],
    ["framed_create_16_over_pgbench_create", "framed_create_16", "pgbench_create_16"],
    ["framed_create_16_over_pgbench_pipelined_create", "framed_create_16", "pgbench_pipelined_create_16"]
];

# What is wanted: title, the ratio or figure, least or most, the bound, its unit.
def goals: [
    ["GetAgent, 64 in flight / raw limit", "framed_get_64_over_raw", "least", 0.9, ""],
    ["GetAgent, 256 in flight / raw limit", "framed_get_256_over_raw", "least", 1.15, ""],
    ["GetAgent, 8 in flight / pgbench transaction, 8 clients", "framed_get_8_over_pgbench_tx", "least", 1.8, ""],
    ["GetAgent, 64 in flight / pgbench transaction, 8 clients", "framed_get_64_over_pgbench_tx", "least", 4, ""],
    ["p50 with 1 in flight / a raw round trip", "framed_p50_1_over_raw_round_trip", "most", 1.35, ""],
    ["GetAgent, 64 in flight, gRPC door / framed door", "grpc_get_64_over_framed", "least", 0.8, ""],
    ["daemon CPU a call, 256 in flight, framed door", "framed_get_256_daemon_us", "most", 6, "us"],
    ["daemon CPU a call, 256 in flight, gRPC door", "grpc_get_256_daemon_us", "most", 10, "us"],
    ["ListAgents of 20, 16 in flight / pgbench pipelined, 16 clients",
        "framed_list_16_over_pgbench_pipelined_list", "least", 1.5, ""],
    ["CreateAgent, 16 in flight / pgbench transaction, 16 clients",
        "framed_create_16_over_pgbench_create", "least", 1.2, ""],
    ["resident memory, idle", "resident_idle_mib", "most", 40, "MiB"],
    ["resident memory of an idle connection, framed door", "resident_framed_connection_kib", "most", 16, "KiB"],
    ["resident memory, 256 in flight, framed door", "resident_framed_256_mib", "most", 80, "MiB"],
    ["resident memory, after all calls", "resident_afterwards_mib", "most", 80, "MiB"],
    ["cold start to the first answer", "start_ms", "most", 150, "ms"]
];

.figures as $figures
| .medians = ($figures | map_values(median))
# How far the rounds are apart, as a share of the median.
| .spreads = ($figures | map_values((max - min) / ([median, 0.000001] | max) | rounded(3)))
| .ratios = (ratios | map({(.[0]): ratio($figures; .[1]; .[2])}) | add | with_entries(select(.value != null)))
| . as $report
| .goals = [
    goals[]
    | {title: .[0], figure: .[1], kind: .[2], goal: .[3], unit: .[4]}
    | .measured = ($report.ratios[.figure] // $report.medians[.figure])
    | select(.measured != null)
    | .reached = if .kind == "least" then .measured >= .goal else .measured <= .goal end
]
