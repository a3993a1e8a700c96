#!/usr/bin/env bash
# Converts a large single-tenant database while its application works on it, and measures what the application feels:
# pgbench as the application's role, each statement prepared, on connections that stay open from before to after.
#
#   scripts/lib/conversion-load.sh [--agents N] [--users N] [--rate STATEMENTS_A_SECOND] [--base SECONDS]
#
# Then a daemon serves the database beside the application, and at the end the conversion is taken back under the same
# load. It fails when a statement or a read failed, an ACCESS EXCLUSIVE lock was held for over 100 ms, the p99 was over
# twice its base, or the two sides differ. CONFIGURATION=release takes the binaries of a release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/messages.sh
source scripts/lib/postgres.sh
source scripts/lib/packages.sh

agents=1000000 users=10000 rate=500 base_seconds=30
folder='' sampler='' load='' daemon='' reads=0 lost=0

main() {
    read_arguments "$@"
    ensure_packages "${packages_to_run[@]}" "${packages_to_measure[@]}"
    binaries=$(swift build --configuration "${CONFIGURATION:-debug}" --show-bin-path)
    postgres_binaries=$(newest_postgres_binaries)
    trap finish EXIT
    folder=$(mktemp --directory)
    prepare_database
    measure_base before
    convert_under_load
    # The machine may not be as fast then as it was before.
    measure_base after
    report
}

read_arguments() {
    while (($# > 1)); do
        case $1 in
            --agents) agents=$2 ;;
            --users) users=$2 ;;
            --rate) rate=$2 ;;
            --base) base_seconds=$2 ;;
            *) usage ;;
        esac
        shift 2
    done
    (($# == 0)) || usage
}

usage() {
    echo "usage: scripts/lib/conversion-load.sh [--agents N] [--users N] [--rate N] [--base SECONDS]" >&2
    exit 2
}

finish() {
    local process
    for process in $load $daemon $sampler; do end "$process"; done
    stop_test_cluster
    [[ -z $folder ]] || rm -rf "$folder"
}

# end PROCESS
end() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

query() { "$postgres_binaries/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

prepare_database() {
    step "Making a single-tenant database with $agents agents of $users users"
    # As for a database that somebody needs: what is committed is on the disk.
    cluster_settings=(shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=1h)
    start_test_cluster
    connection="host=$cluster_folder dbname=postgres"
    owner="$connection user=postgres"
    query "$owner" --command='CREATE ROLE platform LOGIN'
    query "$owner" --variable=role=platform --variable=users="$users" --variable=agents="$agents" \
        --file=scripts/lib/legacy.sql
    query "$owner" --command='VACUUM ANALYZE' --command=CHECKPOINT
    export AGENTD_OWNER_DATABASE_URL="$owner" AGENTD_DATABASE_URL="$connection user=agentd_app"
    write_statements
}

# Of ten statements seven read.
write_statements() {
    cat >"$folder/get" <<<"\\set id random(1, $agents)
SELECT * FROM agents WHERE id = :id;"
    cat >"$folder/list" <<<"\\set owner random(1, $users)
SELECT id, name, status FROM agents WHERE owner_id = :owner ORDER BY id LIMIT 20;"
    cat >"$folder/add" <<<"\\set owner random(1, $users)
INSERT INTO agents (owner_id, name, agent_type, status, system_prompt, config)
VALUES (:owner, 'added', 'sales_bot', 'Active', 'prompt', '{\"a\": 1}') RETURNING id;"
    cat >"$folder/change" <<<"\\set id random(1, $agents)
UPDATE agents SET status = 'PAUSED', updated_at = now() WHERE id = :id;"
    cat >"$folder/remove" <<<"\\set id random(1, $agents)
DELETE FROM agents WHERE id = :id AND id % 7 <> 0;"
}

# run_application SECONDS LOG: takes the place of the shell that calls it.
run_application() {
    local seconds=$1 log=$2
    cd "$folder"
    exec "$postgres_binaries/pgbench" --no-vacuum --protocol=prepared --client=8 --jobs=2 --rate="$rate" \
        --time="$seconds" --log --log-prefix="$log" --random-seed=1 --file=get@5 --file=list@2 --file=add@1 \
        --file=change@1 --file=remove@1 "$connection user=platform" >"$log.out" 2>&1
}

# percentiles LOGS FROM TO: those of 50 and 99 %, in milliseconds, of the statements that ended between two times. The
# latency counts from when a statement was due.
percentiles() {
    cat "$folder/$1"*.[0-9]* | awk -v from="$2" -v to="$3" '$5 >= from && $5 < to { print $3 }' | sort -n |
        awk '{ latency[NR] = $1 } END {
            printf "%.2f %.2f\n", latency[int(NR * 0.5) + 1] / 1000, latency[int(NR * 0.99) + 1] / 1000 }'
}

# measure_base NAME
measure_base() {
    step "Measuring the application alone for $base_seconds seconds"
    # Beside what samples the locks later, which takes its share of the machine as well.
    sample_locks /dev/null &
    sampler=$!
    (run_application "$base_seconds" "base-$1")
    end "$sampler"
    sampler=''
    read -r base_median base_p99 <<<"$(percentiles "base-$1" 0 9999999999)"
    echo "p50 $base_median ms, p99 $base_p99 ms"
}

# sample_locks FILE: notes every ten milliseconds who has an ACCESS EXCLUSIVE lock on a table.
sample_locks() {
    exec "$postgres_binaries/psql" --no-psqlrc --quiet --tuples-only --no-align "$owner" >"$1" 2>&1 \
        <<<"SELECT extract(epoch FROM clock_timestamp()), virtualtransaction, relation,
    c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
WHERE mode = 'AccessExclusiveLock' AND granted AND c.relkind = 'r'
UNION ALL SELECT extract(epoch FROM clock_timestamp()), 'sample', 0, '' \\watch 0.01"
}

convert_under_load() {
    step "Converting under $rate statements a second"
    sample_locks "$folder/locks" &
    sampler=$!
    # Longer than any conversion; it is ended when all is done.
    run_application 7200 during &
    load=$!
    sleep 5
    begun=$(date +%s)
    "$binaries/agentd" convert | grep -v '^  [0-9]* of' | sed 's/^/    /'
    converted=$(date +%s)
    serve_under_load
    served=$(date +%s)
    # One statement, which sees both sides as they are at one moment.
    differences=$(query "$owner" --command="SELECT count(*) FROM public.agents AS a
        FULL JOIN platform.agents AS l ON l.id = a.id WHERE a.name IS DISTINCT FROM
            coalesce(nullif(l.name, ''), 'Agent ' || l.id) OR a.owner_id IS DISTINCT FROM l.owner_id
            OR a.system_prompt IS DISTINCT FROM coalesce(l.system_prompt, '')
            OR a.is_public IS DISTINCT FROM coalesce(l.is_public, false)")
    "$binaries/agentd" convert --rollback
    sleep 2
    end "$load"
    load=''
    end "$sampler"
    sampler=''
}

# The daemon reads from the database that the application writes to.
serve_under_load() {
    local address key owner_id
    AGENTD_LISTEN=127.0.0.1:0 AGENTD_ADMIN_LISTEN=127.0.0.1:0 "$binaries/agentd" serve >"$folder/ready" \
        2>"$folder/daemon.log" &
    daemon=$!
    until grep -q '^agentd ready' "$folder/ready"; do
        kill -0 "$daemon" || die "the daemon did not start: $(cat "$folder/daemon.log")"
        sleep 0.1
    done
    address=$(sed -E 's/^agentd ready: framed ([^,]*),.*/\1/' "$folder/ready")
    key=$("$binaries/agentd" token create --system-admin)
    owner_id=$(query "$owner" --command='SELECT owner_id FROM public.agents WHERE id = 7')
    export AGENTD_ADDRESS=$address
    AGENTD_TOKEN=$key AGENTD_TENANT=default "$binaries/agentctl" tokens issue --user-id "$owner_id" --output json \
        >"$folder/token"
    grep -oE 'agd_[A-Za-z0-9_-]+' "$folder/token" | head -n 1 >"$folder/keys"
    "$binaries/agentload" --address "$address" --keys "$folder/keys" --rate 50 --duration 20 --output json \
        --no-progress >"$folder/reads"
    reads=$(jq .calls "$folder/reads")
    # What the application removes meanwhile is not there any more.
    lost=$(jq '[.failure_reasons | to_entries[] | select(.key != "AGENT_NOT_FOUND") | .value] | add // 0' \
        "$folder/reads")
    end "$daemon"
    daemon=''
}

# The longest time that one transaction had a lock on one table, in milliseconds, and the table.
longest_lock() {
    awk -F '|' '$2 == "sample" { for (key in seen) if (!(key in now)) delete since[key]; delete seen
            for (key in now) seen[key] = 1; delete now; next }
        NF == 4 { key = $2 " " $3; now[key] = 1; if (!(key in since)) since[key] = $1
            held = ($1 - since[key]) * 1000; if (held >= longest) { longest = held; table = $4 } }
        END { printf "%.0f %s\n", longest, table }' "$folder/locks"
}

report() {
    local median p99 served_median served_p99 lock table failures
    read -r base_median base_p99 <<<"$(percentiles base 0 9999999999)"
    read -r median p99 <<<"$(percentiles during "$begun" "$converted")"
    read -r served_median served_p99 <<<"$(percentiles during "$converted" "$served")"
    read -r lock table <<<"$(longest_lock)"
    failures=$(grep -ciE 'error|aborted' "$folder/during.out" || true)
    step "Converted in $((converted - begun)) s"
    cat <<END
application alone:            p50 $base_median ms, p99 $base_p99 ms
application meanwhile:        p50 $median ms, p99 $p99 ms
application beside a daemon:  p50 $served_median ms, p99 $served_p99 ms
failed statements: $failures; agents that differ: $differences; reads of the daemon: $reads, $lost failed
longest ACCESS EXCLUSIVE lock: $lock ms ($table), of $(grep -c '|sample|' "$folder/locks") samples
END
    ((failures == 0 && differences == 0 && lock <= 100 && reads > 0 && lost == 0)) || die "see above"
    awk -v base="$base_p99" -v p99="$p99" 'BEGIN { exit !(p99 <= 2 * base) }' || die "the p99 is over twice its base"
}

main "$@"
