# shellcheck shell=bash
# How much memory the daemon has resident, and how long it takes to its first answer. Needs bench-systems.sh.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

# Connections that are held open to see what each costs, of each door.
framed_connections=1000
grpc_connections=200
# Of a daemon that has just started.
settling_milliseconds=1000

# measure_memory_and_start TIMES: on the database bench. Memory is that of a fresh daemon each time.
measure_memory_and_start() {
    local times=$1 time
    step "Starting agentd, and looking at its memory"
    for ((time = 0; time < (times > 1 ? 5 : 1); time++)); do
        measure_start
    done
    note_median 'first answer after' start_ms ms
    for ((time = 0; time < times; time++)); do
        measure_memory framed "$framed_connections"
        measure_memory grpc "$grpc_connections"
    done
    note_median 'resident, idle' resident_idle_mib MiB
    note_median 'a framed connection' resident_framed_connection_kib KiB
    note_median 'a gRPC connection' resident_grpc_connection_kib KiB
    note_median 'resident, 256 calls in flight' resident_framed_256_mib MiB
}

# measure_memory DOOR CONNECTIONS: idle, with connections of which nearly all are idle, and with 256 calls in flight.
measure_memory() {
    local door=$1 connections=$2 idle
    serve_database bench
    pause "$settling_milliseconds"
    read_resident_kibibytes
    idle=$resident_kibibytes
    [[ $door != framed ]] || note_figure resident_idle_mib "$(divide "$idle" 1024)"
    # A few calls, so that what they need does not count for the connections.
    run_load bench 1 --door "$door" --tenants 10 --in-flight 1 --rate 10
    read_resident_kibibytes
    idle=$resident_kibibytes
    run_load bench 1 --door "$door" --tenants 10 --in-flight 1 --rate 10 --connections "$connections"
    note_figure "resident_${door}_connection_kib" "$(divide $((daemon_peak - idle)) "$connections")"
    end_daemon
    serve_database bench
    run_load bench 2 --door "$door" --in-flight 256
    note_figure "resident_${door}_256_mib" "$(divide "$daemon_peak" 1024)"
    end_daemon
}

# From the moment before the process is made to the answer SERVING of grpc.health.v1.Health/Check over the framed door.
# The client is this shell, which waits without using the processor.
measure_start() {
    local began=${EPOCHREALTIME/[.,]/} ready line='' answer='' byte
    exec {ready}< <(exec_daemon bench 2>"$folder/daemon.log")
    daemon_process=$!
    read -r -t 30 -u "$ready" line || explain "$folder/daemon.log" "agentd did not become ready"
    [[ $line =~ framed\ ([^ ,]+):([0-9]+) ]] || die "the ready line names no framed address: $line"
    exec {door}<>"/dev/tcp/${BASH_REMATCH[1]}/${BASH_REMATCH[2]}"
    # ClientFrame{request{id: 1, method: "/grpc.health.v1.Health/Check"}} behind its length.
    printf '\0\0\0\0\x22\x12\x20\x08\x01\x12\x1c/grpc.health.v1.Health/Check' >&"$door"
    # HealthCheckResponse{status: SERVING} in the field `message` of the answer.
    while [[ $answer != *$':\x02\b\x01'* ]]; do
        LC_ALL=C IFS='' read -r -d '' -t 5 -N 1 -u "$door" byte || die "agentd did not answer that it serves"
        answer+=$byte
    done
    note_figure start_ms "$(divide $((${EPOCHREALTIME/[.,]/} - began)) 1000)"
    exec {door}>&- {ready}<&-
    end_daemon
}

# note_median TITLE FIGURE UNIT
note_median() { note "$(printf '%-30s %10s %s' "$1" "$(median "$2")" "$3")"; }

# median FIGURE: that of its numbers; of an even count the lower one of the two in the middle.
median() { sort --general-numeric-sort "$folder/figure.$1" | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'; }
