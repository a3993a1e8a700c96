# shellcheck shell=bash
# What a call costs with more agents, more tenants and more connections: it should cost the same. Needs bench-systems.sh
# and bench-rounds.sh.
#
# Three series, in each of which one thing grows and the others stay: agents, of 1,000 tenants; tenants, with 200,000
# agents together; connections, to 200,000 agents of 1,000 tenants, with equally many calls in flight over all of them.
# Each round measures each point once, GetAgent with 64 and ListAgents with 16 calls in flight, by a daemon that has
# just started. Where tenants grow it is warmed up for longer: until the token of each was looked at once, which costs
# as much as several calls and is not what is to be flat. With each number of connections it also measures a C program,
# sockets.c, that only reads and answers over as many with as many calls in flight: what a server cannot do without.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

bench_growth() {
    local rounds=5 seconds=5 usual_warm_up=$warm_up longer_warm_up=6 points=() all=200000 some=1000
    local agents_of_each=(1 100 1000) numbers_of_tenants=(10 1000 10000) numbers_of_connections=(1 100 1000)
    case $size in
        quick) rounds=3 seconds=3 ;;
        smoke)
            rounds=1 seconds=1 usual_warm_up=0.2 longer_warm_up=0.2 all=400 some=10
            agents_of_each=(1 20) numbers_of_tenants=(10 20) numbers_of_connections=(1 10)
            ;;
    esac
    start_measured_cluster 2GB
    make_growth_points
    measure_growth
    report_growth
}

# Sets `points`: what grows, its size, tenants, agents of each, connections. Fills the databases.
make_growth_points() {
    local number point tenants_of_it agents_of_it
    for number in "${agents_of_each[@]}"; do points+=("agents $((some * number)) $some $number 1"); done
    for number in "${numbers_of_tenants[@]}"; do points+=("tenants $number $number $((all / number)) 1"); done
    for number in "${numbers_of_connections[@]}"; do points+=("connections $number $some $((all / some)) $number"); done
    for point in "${points[@]}"; do
        read -r _ _ tenants_of_it agents_of_it _ <<<"$point"
        [[ -e $folder/t${tenants_of_it}_a$agents_of_it.keys ]] ||
            fill_database "t${tenants_of_it}_a$agents_of_it" "$tenants_of_it" "$agents_of_it"
    done
}

measure_growth() {
    local round point kind number tenants_of_it agents_of_it connections_of_it database done=0 began=$EPOCHSECONDS
    local total=$((rounds * ${#points[@]}))
    for ((round = 1; round <= rounds; round++)); do
        step "Round $round of $rounds"
        for point in "${points[@]}"; do
            read -r kind number tenants_of_it agents_of_it connections_of_it <<<"$point"
            database=t${tenants_of_it}_a$agents_of_it
            serve_database "$database"
            warm_up=$usual_warm_up
            [[ $kind != tenants ]] || warm_up=$longer_warm_up
            measure_point get 64
            done=$((done + 1))
            note_progress "$number $kind" "$calls_per_second" "$done" "$total" "$began"
            # Shorter pages would cost less.
            ((agents_of_it < 20)) || measure_point list 16
            end_daemon
            [[ $kind != connections ]] || measure_sockets 64
        done
    done
}

# measure_point METHOD IN_FLIGHT
measure_point() {
    local name=growth_$1_${kind}_$number clients=$2
    measure_agentd --mix "$1" --connections "$connections_of_it"
    note_figure "${name}_server_us" "$(divide $((daemon_share + postgres_share)) "$calls_per_second")"
}

# measure_sockets IN_FLIGHT: it takes its own processor time.
measure_sockets() {
    "$folder/sockets" "$number" "$1" "$seconds" >"$folder/output" 2>"$folder/errors" ||
        explain "$folder/errors" "sockets failed"
    note_figure "growth_sockets_connections_$number" "$(field .calls_per_second)"
    note_figure "growth_sockets_connections_${number}_server_us" "$(field .server_microseconds)"
}

report_growth() {
    surroundings | jq --argjson figures "$(figures)" --argjson rounds "$rounds" --argjson seconds "$seconds" '
        . + {rounds: $rounds, seconds: $seconds, figures: $figures, points: $ARGS.positional}' \
        --args "${points[@]}" | jq -L scripts/lib --from-file scripts/lib/bench-growth.jq >"$folder/report.json"
    show_report scripts/lib/bench-growth-table.jq
}
