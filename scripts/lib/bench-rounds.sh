# shellcheck shell=bash
# Lets the systems take turns, and tells how far that is. Needs bench-systems.sh.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2154

# measure_rounds ROUNDS SECONDS SYSTEM...: each for so many seconds in each round, on the database bench.
measure_rounds() {
    local rounds=$1 seconds=$2 round system done=0 total began
    shift 2
    total=$((rounds * $#))
    began=$EPOCHSECONDS
    for ((round = 1; round <= rounds; round++)); do
        step "Round $round of $rounds"
        for system in "$@"; do
            prepare_for "$system"
            measure_system "$system" bench "$tenants" "$agents" "$seconds"
            done=$((done + 1))
            note_progress "$system" "$calls_per_second" "$done" "$total" "$began"
        done
        tidy_database bench
    done
}

# prepare_for SYSTEM: those that write begin alike. The first change of a page after a checkpoint brings all of it into
# the log: the system that came first would pay for the others, until the log is so long that a checkpoint begins in
# the middle of one.
prepare_for() {
    case $1 in
        *_create_* | *_update_*) psql_owner bench --command=CHECKPOINT ;;
    esac
}

# note_progress WHAT CALLS_PER_SECOND DONE TOTAL BEGAN: BEGAN is in seconds since 1970.
note_progress() {
    local left=$(((EPOCHSECONDS - $5) * ($4 - $3) / $3)) time_left
    printf -v time_left '%d:%02d' $((left / 60)) $((left % 60))
    note "$(printf '%-28s %10.0f calls/s   %3d of %d, %s left' "$1" "$2" "$3" "$4" "$time_left")"
}
