# shellcheck shell=bash
# The PostgreSQL and the daemon that are measured. Needs messages.sh, postgres.sh and daemon.sh; `folder` is that of
# temporary files and `binaries` that of agentd.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

# As in production where it counts: a commit is on the disk before it is answered. The data fit into memory, and what
# PostgreSQL does now and then by itself happens between rounds instead, lest it hits one system and not another.
cluster_settings=(fsync=on synchronous_commit=on max_wal_size=4GB checkpoint_timeout=1h autovacuum=off)

# start_measured_cluster SHARED_BUFFERS
start_measured_cluster() {
    cluster_settings+=(shared_buffers="$1")
    step "Starting a PostgreSQL of its own: ${cluster_settings[*]}"
    start_test_cluster
    postgres_binaries=$(newest_postgres_binaries)
}

# fill_database NAME TENANTS AGENTS: so many agents for each tenant. Writes the tenants' keys to FOLDER/NAME.keys.
fill_database() {
    local name=$1 tenants=$2 agents=$3
    step "Loading $((tenants * agents)) agents of $tenants tenants"
    "$postgres_binaries/createdb" --host="$cluster_folder" --username=postgres "$name"
    AGENTD_OWNER_DATABASE_URL="$(connection_to "$name") user=postgres" "$binaries/agentd" migrate \
        >"$folder/migrate.log" 2>&1 || explain "$folder/migrate.log" "agentd migrate failed"
    psql_owner "$name" --variable=tenants="$tenants" --variable=agents="$agents" --file=scripts/lib/benchmark.sql \
        >/dev/null
    psql_owner "$name" --tuples-only --no-align --command='SELECT key FROM benchmark.keys ORDER BY n' \
        >"$folder/$name.keys"
    tidy_database "$name"
}

# What PostgreSQL otherwise does by itself, sooner or later.
tidy_database() {
    psql_owner "$1" --command='VACUUM (ANALYZE)' --command=CHECKPOINT
}

connection_to() { echo "host=$cluster_folder dbname=$1"; }

psql_owner() {
    local name=$1
    shift
    "$postgres_binaries/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$(connection_to "$name") user=postgres" "$@"
}

# serve_database NAME: starts the daemon on it and returns when it is ready.
serve_database() {
    ready_file=$folder/ready
    # Or what an earlier one wrote would be read.
    : >"$ready_file"
    exec_daemon "$1" >"$ready_file" 2>"$folder/daemon.log" &
    daemon_process=$!
    wait_for_daemon "$folder/daemon.log"
}

# exec_daemon NAME: becomes the daemon. --pdeathsig: however this script ends, so does the daemon.
exec_daemon() {
    export AGENTD_LISTEN=127.0.0.1:0 AGENTD_ADMIN_LISTEN=127.0.0.1:0
    AGENTD_DATABASE_URL="$(connection_to "$1") user=agentd_app" \
        AGENTD_PLATFORM_DATABASE_URL="$(connection_to "$1") user=agentd_platform" \
        exec setpriv --pdeathsig TERM setsid "$binaries/agentd" serve </dev/null
}

# It keeps nothing that is wanted, so it need not finish.
end_daemon() {
    [[ -n $daemon_process ]] || return 0
    kill -KILL "$daemon_process" 2>/dev/null || true
    wait "$daemon_process" 2>/dev/null || true
    daemon_process=''
}

# explain LOG_FILE PROBLEM
explain() {
    tail -n 20 "$1" >&2
    die "$2; above is the end of what it said"
}
