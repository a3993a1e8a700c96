# Makes the report of scripts/bench --overload out of its figures and the methods that were called.

include "bench-medians";

.figures as $figures
| .medians = ($figures | map_values(median))
| .medians as $medians
| .ratios = (.methods | map({
    (. + "_goodput_over_peak"): ($medians[. + "_goodput_over_peak"] | rounded(3)),
    (. + "_noise_p99_over_quiet"): ratio($figures; . + "_noise_p99_us"; . + "_quiet_p99_us")}) | add)
| .ratios as $ratios
| .goals = [
    .methods[] | . as $method
    | ["goodput under overload / peak", "least", 0.9, "", $ratios[$method + "_goodput_over_peak"]],
        ["p99 of refusals under overload", "most", 5, "ms", $medians[$method + "_refusal_p99_us"] / 1000],
        ["normal again after", "most", 10, "s", $medians[$method + "_normal_again_s"]],
        ["p99 of quiet tenants beside a noisy one / without it", "most", 1.5, "",
            $ratios[$method + "_noise_p99_over_quiet"]],
        ["refusals of quiet tenants", "most", 0, "calls", ($figures[$method + "_noise_refusals"] | add)]
    | {method: $method, title: .[0], kind: .[1], goal: .[2], unit: .[3], measured: (.[4] | rounded(3))}
    | .reached = if .kind == "least" then .measured >= .goal else .measured <= .goal end
]
