# shellcheck shell=bash
# A private PostgreSQL cluster for tests: in a folder of its own below /tmp, reached over a unix socket in that folder.
# The caller calls stop_test_cluster in its EXIT trap. Needs messages.sh.

cluster_folder=''
cluster_process=''

# How it is set up, unless the caller says otherwise: its data are thrown away, so they need not reach the disk.
cluster_settings=(fsync=off)

# start_test_cluster: sets cluster_folder, which is also where the socket is. Everyone who can open the folder, that is
# the cluster's user and root, is let in as any database user.
start_test_cluster() {
    local binaries as_cluster_user=()
    binaries=$(newest_postgres_binaries)
    cluster_folder=$(mktemp --directory --tmpdir=/tmp)
    # PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
    if ((EUID == 0)); then
        as_cluster_user=(--reuid=postgres --regid=postgres --init-groups)
        chown postgres: "$cluster_folder"
    fi

    (
        cd "$cluster_folder" || exit
        exec setpriv "${as_cluster_user[@]}" "$binaries/initdb" --pgdata=data --username=postgres --auth=trust \
            --encoding=UTF8 --locale=C.UTF-8 --no-sync
    ) >"$cluster_folder.log" 2>&1 || explain_test_cluster "initdb refused to make a test cluster"

    # `exec`: the job is the server itself and not a shell around it. --pdeathsig: however this script ends, so does it.
    (
        cd "$cluster_folder" || exit
        exec setpriv "${as_cluster_user[@]}" --pdeathsig QUIT "$binaries/postgres" -D data \
            -c listen_addresses='' -c unix_socket_directories="$cluster_folder" -c max_connections=500 \
            "${cluster_settings[@]/#/--}"
    ) >"$cluster_folder.log" 2>&1 &
    cluster_process=$!
    wait_for_test_cluster "$binaries"
}

# Its data are thrown away, so it is stopped the quick way.
stop_test_cluster() {
    if [[ -n $cluster_process ]]; then
        kill -QUIT "$cluster_process" 2>/dev/null || true
        wait "$cluster_process" 2>/dev/null || true
        cluster_process=''
    fi
    if [[ -n $cluster_folder ]]; then
        rm -rf "$cluster_folder" "$cluster_folder.log"
        cluster_folder=''
    fi
}

wait_for_test_cluster() {
    local binaries=$1 attempt
    for ((attempt = 0; attempt < 300; attempt++)); do
        "$binaries/pg_isready" --quiet --host="$cluster_folder" && return 0
        kill -0 "$cluster_process" 2>/dev/null || break
        sleep 0.1
    done
    explain_test_cluster "the test cluster did not start within 30 seconds"
}

explain_test_cluster() {
    cat "$cluster_folder.log" >&2
    die "$1; its log is above"
}

newest_postgres_binaries() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort --version-sort | tail -n 1)
    [[ -x $newest ]] || die "there is no PostgreSQL below /usr/lib/postgresql: install the package postgresql"
    dirname "$newest"
}
