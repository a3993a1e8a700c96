# shellcheck shell=bash
# One agentd with its embedded database, for scripts/run. The caller calls stop_daemon in its EXIT trap.
# Needs messages.sh; `binaries` is the folder of agentd.

# Variables are shared with scripts/run, which shellcheck does not follow from here.
# shellcheck disable=SC2154

daemon_process=''
daemon_address=''
admin_address=''
ready_file=''

# start_daemon DATA_FOLDER LOG_FILE: returns when the daemon is ready and sets daemon_address and admin_address.
start_daemon() {
    local data_folder=$1 log_file=$2
    # These would make it use a database of somebody else.
    unset AGENTD_DATABASE_URL AGENTD_PLATFORM_DATABASE_URL AGENTD_OWNER_DATABASE_URL
    export AGENTD_DATA_DIR=$data_folder
    # Whoever watches wants to see the calls that were just made.
    export AGENTD_USAGE_INTERVAL=${AGENTD_USAGE_INTERVAL:-100ms}

    # A session of its own: at Ctrl-C the terminal signals everybody in its group, which would take the database away
    # from a daemon that is still finishing its calls. --pdeathsig: however this script ends, so does the daemon.
    rm -f "$log_file"
    ready_file=$(mktemp --tmpdir=/tmp)
    setpriv --pdeathsig TERM setsid "$binaries/agentd" serve >"$ready_file" 2>>"$log_file" </dev/null &
    daemon_process=$!
    wait_for_daemon "$log_file"
}

# The daemon says "agentd ready: framed ADDRESS, grpc ADDRESS, admin ADDRESS" on standard output, once. A first start
# also makes the database.
wait_for_daemon() {
    local log_file=$1 attempt
    for ((attempt = 0; attempt < 1200; attempt++)); do
        daemon_address=$(sed -nE 's/^agentd ready: .*framed ([^ ,]+).*/\1/p' "$ready_file")
        # shellcheck disable=SC2034 # for scripts/lib/demonstration.sh
        admin_address=$(sed -nE 's/^agentd ready: .*admin ([^ ,]+).*/\1/p' "$ready_file")
        [[ -z $daemon_address ]] || return 0
        kill -0 "$daemon_process" 2>/dev/null || break
        sleep 0.1
    done
    explain_daemon "$log_file" "agentd did not become ready"
}

# explain_daemon LOG_FILE PROBLEM
explain_daemon() {
    tail -n 20 "$1" >&2
    die "$2; above is the end of its log"
}

# A first signal lets it finish what it does, which it does within 30 seconds; a second one ends it at once.
stop_daemon() {
    local signal
    [[ -z $ready_file ]] || rm -f "$ready_file"
    [[ -n $daemon_process ]] || return 0
    for signal in TERM TERM KILL; do
        kill -"$signal" "$daemon_process" 2>/dev/null || break
        wait_for_end "$daemon_process" && break
    done
    wait "$daemon_process" 2>/dev/null || true
    daemon_process=''
}

# wait_for_end PROCESS: gives up after 35 seconds.
wait_for_end() {
    local attempt
    for ((attempt = 0; attempt < 350; attempt++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}
