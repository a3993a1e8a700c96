# The report of scripts/bench --growth for people. Input: what bench-growth.jq makes.

include "bench-columns";

def names: {get: "GetAgent, 64 in flight", list: "ListAgents of 20, 16 in flight",
    sockets: "sockets alone, 64 in flight"};

"agentd with more agents, tenants and connections: \(rounds)", machine,
doubts, "",
([["method", "what grows", "calls/s", "server us", "calls/s ratio", "cost ratio", ""]] + [
    .points | sort_by(.method, (.grows | {agents: 0, tenants: 1, connections: 2}[.]), .size)[]
    | [names[.method], "\(.size | grouped) \(if .size == 1 then .grows[:-1] else .grows end)",
        (.calls_per_second | grouped), (.server_us | digits(1)),
        (.throughput_over_smallest | digits(2)), (.cost_over_smallest | digits(2)),
        if .size == .smallest or .is_flat == null then "" elif .is_flat then "flat" else "NOT flat" end]
] | aligned(2)), "",
"If more connections cost nothing but their sockets, the cost ratio of GetAgent would be "
    + (.least_cost_over_smallest | to_entries | map(select(.value != 1) | "\(.value | digits(2)) with \(.key)")
        | join(" and ")) + " connections.",
"Cost is the processor time of daemon and PostgreSQL a call, in microseconds; of sockets alone that of a server which",
"only reads and answers. Ratios are to the smallest of a series, "
    + "round by round;",
"flat: at most 20 % more cost, and at most 20 % less calls/s. " + settings
