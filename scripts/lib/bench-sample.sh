# shellcheck shell=bash
# Runs a client and looks, while it runs, at the processor time of the client, the daemon and PostgreSQL and at the
# daemon's memory. Nothing is started to look: that would take part in what is measured. Needs bench-database.sh.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

client_process=''
companion_process=''
clock_hertz=$(getconf CLK_TCK)
page_kibibytes=$(($(getconf PAGESIZE) / 1024))
# Looks in the time that a client measures.
looks=40

# To wait on: nothing ever arrives.
exec {silence}<> <(:)

# pause MILLISECONDS
pause() {
    local seconds
    printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
    read -r -t "$seconds" -u "$silence" || true
}

# run_client SECONDS COMMAND...: SECONDS is how long the client measures, at the end of its run. What it says is then in
# FOLDER/output. Sets client_share, daemon_share and postgres_share, in microseconds of processor time a second, and
# daemon_peak, in KiB; notes what share other programs had.
run_client() {
    local seconds=$1
    shift
    look_times=() look_client=() look_daemon=() look_postgres=() look_machine=()
    daemon_peak=0
    "$@" >"$folder/output" 2>"$folder/errors" </dev/null &
    client_process=$!
    while kill -0 "$client_process" 2>/dev/null; do
        look
        pause $((seconds * 1000 / looks))
    done
    wait "$client_process" || explain_client "${1##*/}"
    client_process=''
    compute_shares "$seconds"
}

# explain_client NAME: why it failed, which the daemon may know.
explain_client() {
    if [[ -n $daemon_process ]] && ! kill -0 "$daemon_process" 2>/dev/null; then
        cat "$folder/errors" >&2
        explain "$folder/daemon.log" "agentd has ended while $1 called it"
    fi
    explain "$folder/errors" "$1 failed"
}

stop_clients() {
    local process
    for process in $client_process $companion_process; do
        kill -TERM "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
}

look() {
    local ticks=0 client_ticks
    # A client that has just ended has none any more.
    add_ticks "$client_process" || return 0
    client_ticks=$ticks
    ticks=0
    add_postgres_ticks
    look_postgres+=("$ticks")
    ticks=0
    if [[ -n $daemon_process ]]; then
        add_ticks "$daemon_process" || true
        read_resident_kibibytes
        ((resident_kibibytes <= daemon_peak)) || daemon_peak=$resident_kibibytes
    fi
    look_daemon+=("$ticks")
    read_machine_ticks
    look_client+=("$client_ticks")
    look_times+=("${EPOCHREALTIME/[.,]/}")
}

# add_ticks PROCESS [FIELD...]: adds its user and system time, in clock ticks, to `ticks`; they are fields 13 and 14 of
# its status, counted from 0, and those of its children that it has waited for are fields 15 and 16.
add_ticks() {
    local status=() field
    { read -ra status <"/proc/$1/stat"; } 2>/dev/null || return 1
    ((${#status[@]} > 16)) || return 1
    for field in "${@:2}" 13 14; do
        ticks=$((ticks + status[field]))
    done
}

# The postmaster, its processes of now, and those that have ended, which it waited for.
add_postgres_ticks() {
    local children=() child
    add_ticks "$cluster_process" 15 16 || true
    # The list ends without a newline.
    { read -ra children <"/proc/$cluster_process/task/$cluster_process/children"; } 2>/dev/null || true
    for child in "${children[@]}"; do
        add_ticks "$child" || true
    done
}

# All processors together: user, nice, system, and what interrupts and other virtual machines took.
read_machine_ticks() {
    local counts=()
    read -ra counts </proc/stat
    look_machine+=($((counts[1] + counts[2] + counts[3] + counts[6] + counts[7] + counts[8])))
}

# Sets resident_kibibytes, of the daemon.
read_resident_kibibytes() {
    local pages=(0 0)
    { read -ra pages <"/proc/$daemon_process/statm"; } 2>/dev/null || true
    resident_kibibytes=$((pages[1] * page_kibibytes))
}

# compute_shares SECONDS: from the looks in the middle of the time that the client measured, which ended about when the
# client did. What it does before and after, such as connecting, is left out so.
compute_shares() {
    local seconds=$1 first last count=${#look_times[@]} microseconds
    ((count > 2)) || die "${FUNCNAME[0]}: the client ended at once"
    for ((first = 0; first < count - 2; first++)); do
        ((look_times[first] < look_times[count - 1] - seconds * 850000)) || break
    done
    for ((last = count - 1; last > first + 1; last--)); do
        ((look_times[last] > look_times[count - 1] - seconds * 150000)) || break
    done
    microseconds=$((look_times[last] - look_times[first]))
    client_share=$(share $((look_client[last] - look_client[first])))
    daemon_share=$(share $((look_daemon[last] - look_daemon[first])))
    postgres_share=$(share $((look_postgres[last] - look_postgres[first])))
    machine_share=$(share $((look_machine[last] - look_machine[first])))
    note_figure elsewhere_processors \
        "$(divide $((machine_share - client_share - daemon_share - postgres_share)) 1000000)"
}

# share TICKS: in `microseconds`.
share() { echo $(($1 * (1000000 / clock_hertz) * 1000000 / microseconds)); }
