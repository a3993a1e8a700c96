# shellcheck shell=bash
# What the daemon does when it is asked for more than it can do, and when one tenant asks for more than its share.
# Needs bench-systems.sh and bench-rounds.sh.
#
# All loads come over 16 connections: the limit of calls in flight on each lets far more of them reach the daemon than
# it lets wait.
#
# Overload. The peak is the best of 64 and 256 calls in flight in a closed loop. Then calls arrive at a constant rate of
# ten times the peak, whatever becomes of those before. Where the load generator cannot send so many on this machine,
# which shows in calls that it gives up unsent, the next smaller multiple is offered, and the report says which it was.
# Before, meanwhile and afterwards another client asks little; service is normal again with the first of two seconds in
# which none of its calls fails and its p99 is at most 1.5 times the highest before.
#
# A noisy tenant. Of a hundred tenants one asks for a hundred times its equal share, that is for all of the peak, while
# each of the others asks for half of its share. Their p99 is compared with that of the same load without the noise.
# Where the load generator cannot send so much, it is done with more tenants, of whom a hundred shares are less.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

overload_connections=16
overload_multiples=(10 7 5 3 2 1.5)
# A load is offered when the generator gave up no more than this share of it: so little that it is not seen in the p99
# of refusals, to which it counts.
unsent_share=0.002
# For how long it is tried whether it can be.
probe_seconds=3
# Calls a second of the client that asks little, and how long it takes to begin at most.
companion_rate=100
settling_seconds=2
# Stands for a time that did not come, in seconds.
never=1000000

bench_overload() {
    local tenants=1000 agents=200 rounds=3 seconds=10 before=5 after=12 round mix mixes=(get list create)
    local noise_tenants=(100 200 500)
    case $size in
        quick) rounds=1 seconds=6 ;;
        smoke)
            tenants=10 agents=20 rounds=1 seconds=1 before=2 after=2 warm_up=0.2
            overload_multiples=(10 1.5) probe_seconds=1 noise_tenants=(10)
            ;;
    esac
    start_measured_cluster 1GB
    fill_database bench "$tenants" "$agents"
    serve_database bench
    for ((round = 1; round <= rounds; round++)); do
        step "Round $round of $rounds"
        for mix in "${mixes[@]}"; do
            measure_peak
            measure_overload
            tidy_database bench
            measure_noise
            tidy_database bench
        done
    done
    report_overload
}

# Sets `peak`, calls a second.
measure_peak() {
    local in_flight
    peak=0
    for in_flight in 64 256; do
        run_load bench "$seconds" --mix "$mix" --in-flight "$in_flight" --connections "$overload_connections"
        peak=$(jq --argjson peak "$peak" '[$peak, .calls_per_second] | max' "$folder/output")
    done
    note_figure "${mix}_peak" "$peak"
    note "$mix: at most $peak calls/s"
}

# With a client that asks little before, meanwhile and afterwards.
measure_overload() {
    local multiple began
    choose_multiple
    start_companion $((before + seconds + after + 2 * settling_seconds))
    pause $(((before + settling_seconds) * 1000))
    began=${EPOCHREALTIME/[.,]/}
    offer "$seconds"
    note_overload
    wait_for_companion
    # The load generator still waits for answers when it offers nothing any more. What it does before it begins to offer
    # is not known here and counts as time that it takes to be normal again.
    note_recovery "$began" $((began + (seconds + 1) * 1000000))
}

# Sets `multiple`: the first that the load generator can offer.
choose_multiple() {
    for multiple in "${overload_multiples[@]}"; do
        offer "$probe_seconds"
        [[ $(field "(.failures.NOT_SENT // 0) <= $unsent_share * .duration_seconds * .rate") != true ]] || return 0
    done
}

# offer SECONDS
offer() {
    run_load bench "$1" --mix "$mix" --rate "$(multiply "$multiple" "$peak")" --connections "$overload_connections"
}

# Of what was offered, what was done, and how soon the rest was refused.
note_overload() {
    local refused=.by_failure.RESOURCE_EXHAUSTED.latency_microseconds
    local sent='((.calls + ([.failures[]] | add // 0) - (.failures.NOT_SENT // 0)) / .duration_seconds)'
    note_figure "${mix}_offered_over_peak" "$(field "$sent / $peak")"
    note_figure "${mix}_goodput_over_peak" "$(field ".calls_per_second / $peak")"
    note_figure "${mix}_overload_p99_us" "$(field '.latency_microseconds.p99')"
    note_figure "${mix}_refusal_p50_us" "$(field "$refused.p50 // 0")"
    note_figure "${mix}_refusal_p99_us" "$(field "$refused.p99 // 0")"
    note_figure "${mix}_overload_daemon_processors" "$(divide "$daemon_share" 1000000)"
    note_figure "${mix}_overload_postgres_processors" "$(divide "$postgres_share" 1000000)"
    note_figure "${mix}_overload_client_processors" "$(divide "$client_share" 1000000)"
    note "$mix: offered $(field "$sent / $peak * 100 | round / 100") times that," \
        "done $(field ".calls_per_second / $peak * 100 | round") % of the peak," \
        "refused within $(field "($refused.p99 // 0) / 1000 | round") ms (p99); failed:" \
        "$(failures .failures)"
}

# failures PATH: by code.
failures() {
    field "$1"' | to_entries | map("\(.value) \(.key)") | join(", ") | if . == "" then "none" else . end'
}

# ---- The client that asks little -----------------------------------------------------------------------------------

# start_companion SECONDS
start_companion() {
    companion_seconds=$1
    "$binaries/agentload" --address "$daemon_address" --keys "$folder/bench.keys" --mix "$mix" --duration "$1" \
        --warm-up "$warm_up" --rate "$companion_rate" --output json --no-progress >"$folder/companion" \
        2>"$folder/companion.errors" </dev/null &
    companion_process=$!
}

wait_for_companion() {
    wait "$companion_process" || explain "$folder/companion.errors" "the client that asks little failed"
    # It says all that it says when it ends.
    companion_ended=$(stat --format=%.3Y "$folder/companion")
    companion_process=''
}

# note_recovery BEGAN ENDED: of the overload, in microseconds since 1970. The companion's last second ended with it.
note_recovery() {
    local seconds_to_normal
    seconds_to_normal=$(jq --argjson began "$1" --argjson ended "$2" --argjson last "$companion_ended" \
        --argjson seconds "$companion_seconds" '
        def time: $last - $seconds + .second;
        (.by_second | map(select(.second < $seconds) | {failures, p99: .latency_microseconds.p99, time: time})) as $all
        | ([$all[] | select(.time + 1 <= $began / 1e6) | .p99] | max // 0) as $before
        | [$all[] | select(.time >= $ended / 1e6 - 0.5) | . + {normal: (.failures == 0 and .p99 <= 1.5 * $before)}]
        | first(range(length - 1) as $index | select(.[$index].normal and .[$index + 1].normal) | .[$index].time
            - $ended / 1e6 | [., 0] | max | . * 10 | round / 10) // null' "$folder/companion")
    note "$mix: normal again after ${seconds_to_normal/null/more than $after} s"
    # Not within the time that it was looked at: no bound allows that.
    [[ $seconds_to_normal != null ]] || seconds_to_normal=$never
    note_figure "${mix}_normal_again_s" "$seconds_to_normal"
}

# ---- A noisy tenant ------------------------------------------------------------------------------------------------

measure_noise() {
    local all quiet
    for all in "${noise_tenants[@]}"; do
        quiet=$(jq --null-input "$peak / 2 * ($all - 1) / $all")
        run_load bench "$seconds" --mix "$mix" --tenants "$all" --rate "$quiet" --connections "$overload_connections"
        quiet_p99=$(field .latency_microseconds.p99)
        offer_noise
        [[ $(field "(.failures.NOT_SENT // 0) <= $unsent_share * .duration_seconds * .rate") != true ]] || break
    done
    note_figure "${mix}_noise_tenants" "$all"
    note_figure "${mix}_quiet_p99_us" "$quiet_p99"
    note_figure "${mix}_noise_p99_us" "$(field .by_group.others.latency_microseconds.p99)"
    note_figure "${mix}_noise_refusals" "$(field '.by_group.others.failures.RESOURCE_EXHAUSTED // 0')"
    note "$mix: beside a noisy one of $all tenants the others' p99 is" \
        "$(field '.by_group.others.latency_microseconds.p99 / 1000 | round') ms, without it" \
        "$((quiet_p99 / 1000)) ms; failed: $(failures .by_group.others.failures)"
}

# What all ask for, and besides what a hundred shares of the peak are.
offer_noise() {
    local noise
    noise=$(jq --null-input "$peak * 100 / $all")
    run_load bench "$seconds" --mix "$mix" --tenants "$all" --connections "$overload_connections" \
        --rate "$(jq --null-input "$noise + $quiet")" \
        --skew "noisy:$(jq --null-input "$noise / ($noise + $quiet) * 10000 | round / 10000")"
}

multiply() { jq --null-input --argjson one "$1" --argjson other "$2" '$one * $other | . * 10 | round / 10'; }

report_overload() {
    surroundings | jq --argjson figures "$(figures)" --argjson rounds "$rounds" --argjson seconds "$seconds" '
        . + {rounds: $rounds, seconds: $seconds, figures: $figures, methods: $ARGS.positional}' --args "${mixes[@]}" |
        jq -L scripts/lib --from-file scripts/lib/bench-overload.jq >"$folder/report.json"
    show_report scripts/lib/bench-overload-table.jq
}
