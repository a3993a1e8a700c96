# Makes the report of scripts/bench --growth out of its figures, and its points as they are in bench-growth.sh.

include "bench-medians";

# How much more a call may cost, and how much less may be done, for it to be flat.
def tolerance: 0.2;

.figures as $figures
| [.points[] | split(" ") | {grows: .[0], size: (.[1] | tonumber)}] as $points
| .points = [
    $points[] as $point | ("get", "list", "sockets") as $method
    | "growth_\($method)_\($point.grows)_" as $series
    | first($points[] | select(.grows == $point.grows and $figures[$series + "\(.size)"]) | .size) as $least
    | $point + {
        method: $method,
        calls_per_second: ($figures[$series + "\($point.size)"] | if . then median else null end),
        server_us: ($figures[$series + "\($point.size)_server_us"] | if . then median | rounded(1) else null end),
        smallest: $least,
        throughput_over_smallest: ratio($figures; $series + "\($point.size)"; $series + "\($least)"),
        cost_over_smallest: ratio($figures; $series + "\($point.size)_server_us"; $series + "\($least)_server_us")
    }
    | select(.calls_per_second)
    # The sockets alone have nothing to do that would stay the same.
    | .is_flat = if .method == "sockets" then null
        else (.cost_over_smallest <= 1 + tolerance and .throughput_over_smallest >= 1 - tolerance) end
]
# What a call of GetAgent would cost at least, if what more connections cost were their sockets alone.
| .points as $all
| def cost($method; $size): first($all[] | select(.method == $method and .grows == "connections" and .size == $size)
    | .server_us);
.least_cost_over_smallest = ([$all[] | select(.method == "sockets") | {
    "\(.size)": ((cost("get"; .smallest) + .server_us - cost("sockets"; .smallest)) / cost("get"; .smallest)
        | rounded(3))}] | add)
| .ratios = (.points | map({
    "\(.method)_\(.grows)_\(.size)_throughput_over_smallest": .throughput_over_smallest,
    "\(.method)_\(.grows)_\(.size)_cost_over_smallest": .cost_over_smallest}) | add)
