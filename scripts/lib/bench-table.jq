# The report of scripts/bench for people. Input: what bench-report.jq makes, with `systems`, their names in order.

include "bench-columns";

def words: {
    tx: "pgbench, 4 round trips a read", pipelined: "pgbench, pipelined", raw: "raw libpq pipelines",
    framed: "agentd, framed door", grpc: "agentd, gRPC door",
    get: "GetAgent", list: "ListAgents of 20", create: "CreateAgent", update: "UpdateAgent"
};

# Client, method and calls in flight of a system.
def described: split("_") as $parts | words as $words |
    if . == "raw" then [$words.raw, "get: 1 Sync a read", "2 x 32"]
    elif . == "raw_record" then [$words.raw, "get: asked as agentd", "2 x 32"]
    elif . == "raw_batched" then [$words.raw, "get: 1 Sync for 32", "2 x 64"]
    elif . == "raw_round_trip" then [$words.raw, "get: 1 round trip", "1"]
    elif . == "relay_round_trip" then [$words.raw, "get: 1, through a relay", "1"]
    elif startswith("pgbench_tx_") then [$words.tx, "GetAgent", $parts[-1]]
    elif startswith("pgbench_create_") then ["pgbench, a transaction", "CreateAgent", $parts[-1]]
    elif startswith("pgbench_pipelined_") then
        [$words.pipelined, $words[if $parts | length == 3 then "get" else $parts[2] end], $parts[-1]]
    else [$words[$parts[0]], $words[$parts[1]], $parts[-1]] end;

def systems_table: . as $report | [
    ["client", "method", "in flight", "calls/s", "spread", "p50 ms", "p99 ms", "daemon us", "PostgreSQL us",
        "client us"]
] + [
    .systems[] | . as $name | described + [
        ($report.medians[$name] | grouped),
        (if $report.rounds == 1 then "-" else "\($report.spreads[$name] * 100 | round) %" end),
        ($report.medians[$name + "_p50_us"] | if . then . / 1000 else . end | digits(3)),
        ($report.medians[$name + "_p99_us"] | if . then . / 1000 else . end | digits(3)),
        ($report.medians[$name + "_daemon_us"] | digits(1)), ($report.medians[$name + "_postgres_us"] | digits(1)),
        ($report.medians[$name + "_client_us"] | digits(1))]
] | aligned(2);

def goals_table: [["goal", "", "measured", ""]] + [
    .goals[] | (if .unit == "" then 2 else 1 end) as $count
    | [.title, (if .kind == "least" then "at least " else "at most " end) + (.goal | digits($count)) + " " + .unit,
        (.measured | digits($count)) + " " + .unit, if .reached then "reached" else "MISSED" end]
] | aligned(2);

def others_table: .goals as $goals | [["further figures", ""]] + [
    (.ratios | to_entries[] | .key as $key
        | select($goals | any(.figure == $key) | not) | [.key, (.value | digits(2))]),
    (.medians | to_entries[] | .key as $key
        | select(.key | test("^(resident|start)_")) | select($goals | any(.figure == $key) | not)
        | [.key, (.value | digits(1))])
] | aligned(1);

"agentd and what its database can do: \(.data.agents) agents of \(.data.tenants) tenants, "
    + rounds,
machine,
doubts,
"", systems_table, "", goals_table, "", others_table, "",
"Only ratios mean something on another machine. They are the medians of the rounds' ratios; spread is (highest - "
    + "lowest) / median;",
"us are microseconds of processor time a call. " + settings
