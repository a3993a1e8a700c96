# The report of scripts/bench --overload for people. Input: what bench-overload.jq makes.

include "bench-columns";

def names: {get: "GetAgent", list: "ListAgents of 20", create: "CreateAgent"};
# A time that bench-overload.sh has not seen pass.
def never: 1000000;
def milliseconds: . / 1000 | digits(1);

. as $report
| "agentd asked for more than it can do: \(rounds)", machine,
doubts, "",
([["method", "peak calls/s", "offered", "done", "p99 ms", "refused p50 ms", "p99 ms", "normal after s",
    "quiet p99 ms", "with noise", "tenants", "refused"]] + [
    .methods[] | . as $method | $report.medians as $medians | def of($name): $medians[$method + $name];
    [names[.], (of("_peak") | grouped), (of("_offered_over_peak") | digits(1)) + " x",
        (of("_goodput_over_peak") * 100 | digits(0)) + " %", (of("_overload_p99_us") | milliseconds),
        (of("_refusal_p50_us") | milliseconds), (of("_refusal_p99_us") | milliseconds),
        (of("_normal_again_s") | if . >= never then "never" else digits(1) end),
        (of("_quiet_p99_us") | milliseconds), (of("_noise_p99_us") | milliseconds),
        (of("_noise_tenants") | digits(0)), (of("_noise_refusals") | digits(0))]
] | aligned(1)), "",
([["method", "goal", "", "measured", ""]] + [
    .goals[] | [names[.method], .title, (if .kind == "least" then "at least " else "at most " end)
        + "\(.goal) \(.unit)", (.unit as $unit | .measured
            | if . >= never then "never" else digits(if $unit == "calls" then 0 else 2 end) end) + " " + .unit,
        if .reached then "reached" else "MISSED" end]
] | aligned(3)), "",
"Offered, open loop: in multiples of the peak, as many as the load generator can send here, up to 10. "
    + "Noise: one of so many tenants",
"asks for 100 times its equal share of the peak, the others for half of theirs; scripts/lib/bench-overload.sh says "
    + "more. " + settings
