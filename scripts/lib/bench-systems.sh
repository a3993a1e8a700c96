# shellcheck shell=bash
# The systems that are measured: for each name, how it is run, and what it says of itself. Needs bench-sample.sh.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

# Seconds for which a system runs before it is measured, where it can be told so.
warm_up=1

relay_process=''

# choose_systems quick|smoke|full: sets `systems`, in the order in which they take turns: those that are compared are
# close to each other, and those that change the data come last.
choose_systems() {
    if [[ $1 == smoke ]]; then
        systems=(
            pgbench_tx_8 framed_get_8 framed_get_64 raw framed_get_256 raw_record raw_batched grpc_get_64
            raw_round_trip framed_get_1 relay_round_trip pgbench_pipelined_8 pgbench_pipelined_list_16 framed_list_16
            grpc_list_16 pgbench_create_16 framed_create_16 pgbench_pipelined_create_16 framed_update_16 grpc_update_16
        )
        return
    fi
    systems=(
        pgbench_tx_1 framed_get_8 pgbench_tx_8 framed_get_64 raw framed_get_256 raw_record raw_batched
        grpc_get_64 grpc_get_256 raw_round_trip framed_get_1 relay_round_trip grpc_get_1 framed_get_16 grpc_get_16
        pgbench_pipelined_8 pgbench_pipelined_list_16 framed_list_16
    )
    if [[ $1 == quick ]]; then
        systems+=(framed_create_16 pgbench_create_16 pgbench_pipelined_create_16 framed_update_16)
    else
        systems+=(
            grpc_list_16 framed_list_1 grpc_list_1 framed_list_64 grpc_list_64 framed_list_256 grpc_list_256
            framed_create_16 pgbench_create_16 pgbench_pipelined_create_16 grpc_create_16
            framed_create_1 grpc_create_1 framed_create_64 grpc_create_64 framed_create_256 grpc_create_256
            framed_update_1 grpc_update_1 framed_update_16 grpc_update_16
            framed_update_64 grpc_update_64 framed_update_256 grpc_update_256
        )
    fi
}

# measure_system NAME DATABASE TENANTS AGENTS SECONDS: notes its figures.
measure_system() {
    local name=$1 database=$2 tenants=$3 agents=$4 seconds=$5 clients=${1##*_} parts
    case $name in
        raw) measure_raw ;;
        raw_record) measure_raw --record 1 ;;
        raw_batched) measure_raw --depth 64 --batch 32 ;;
        raw_round_trip) measure_raw --connections 1 --depth 1 ;;
        relay_round_trip) measure_relay ;;
        pgbench_tx_*) measure_pgbench get_agent ;;
        pgbench_create_*) measure_pgbench create_agent ;;
        pgbench_pipelined_list_*) measure_pgbench list_agents_pipelined ;;
        pgbench_pipelined_create_*) measure_pgbench create_agent_pipelined ;;
        pgbench_pipelined_*) measure_pgbench get_agent_pipelined ;;
        framed_* | grpc_*)
            IFS=_ read -ra parts <<<"$name"
            measure_agentd --door "${parts[0]}" --mix "${parts[1]}"
            ;;
        *) die "there is no system $name" ;;
    esac
}

# measure_pgbench SCRIPT: with one thread, as all clients here.
measure_pgbench() {
    run_client "$seconds" "$postgres_binaries/pgbench" --no-vacuum --protocol=prepared --client="$clients" --jobs=1 \
        --time="$seconds" --define=tenants="$tenants" --define=agents="$agents" \
        --file="scripts/lib/$1.pgbench" "$(connection_to "$database") user=agentd_app"
    note_system "$(sed -nE 's/^tps = ([0-9.]+).*/\1/p' "$folder/output")"
}

measure_raw() { measure_raw_over "$(connection_to "$database")" "$@"; }

# measure_raw_over CONNINFO ARGUMENT...
measure_raw_over() {
    local connection=$1
    shift
    run_client "$seconds" "$folder/raw_limit" --database "$connection user=agentd_app" \
        --tenants "$tenants" --agents "$agents" --warm-up "$warm_up" --duration "$seconds" "$@"
    note_system "$(field .calls_per_second)"
    [[ $name != *_round_trip ]] || note_figure "${name}_p50_us" "$(field .p50_microseconds)"
}

measure_relay() {
    local port=''
    exec {relay_output}< <(exec setpriv --pdeathsig TERM "$folder/relay" "$cluster_folder/.s.PGSQL.5432" </dev/null)
    relay_process=$!
    read -ru "$relay_output" port || die "the relay did not start"
    measure_raw_over "host=127.0.0.1 port=$port sslmode=disable gssencmode=disable dbname=$database" \
        --connections 1 --depth 1
    end_relay
}

end_relay() {
    [[ -n $relay_process ]] || return 0
    kill -TERM "$relay_process" 2>/dev/null || true
    exec {relay_output}<&-
    relay_process=''
}

measure_agentd() {
    run_load "$database" "$seconds" --in-flight "$clients" "$@"
    [[ $(field '.failures | length') == 0 ]] || die "$name: calls failed: $(field .failures)"
    note_system "$(field .calls_per_second)" "$daemon_share"
    note_figure "${name}_p50_us" "$(field .latency_microseconds.p50)"
    note_figure "${name}_p99_us" "$(field .latency_microseconds.p99)"
}

# run_load DATABASE SECONDS ARGUMENT...: of agentload.
run_load() {
    local database=$1 seconds=$2
    shift 2
    run_client "$seconds" "$binaries/agentload" --address "$daemon_address" --keys "$folder/$database.keys" \
        --duration "$seconds" --warm-up "$warm_up" --output json --no-progress "$@"
}

# field PATH: of what a client said, which is JSON.
field() { jq --raw-output --compact-output "$1" "$folder/output"; }

# note_system CALLS_PER_SECOND [DAEMON_SHARE]
note_system() {
    [[ -n $1 ]] || explain "$folder/errors" "$name said no throughput"
    calls_per_second=$1
    note_figure "$name" "$1"
    [[ -z ${2:-} ]] || note_figure "${name}_daemon_us" "$(divide "$2" "$1")"
    note_figure "${name}_postgres_us" "$(divide "$postgres_share" "$1")"
    note_figure "${name}_client_us" "$(divide "$client_share" "$1")"
}

# Figures are collected in files that are named for them, a number for each round.
note_figure() { printf '%s\n' "$2" >>"$folder/figure.$1"; }

divide() { jq --null-input --argjson one "$1" --argjson other "$2" '$one / $other * 1000 | round / 1000'; }
