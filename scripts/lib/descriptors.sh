# shellcheck shell=bash
# File descriptors for whoever opens thousands of connections.

# Enough for that; far more makes every fork slower.
readonly file_descriptors=65536

raise_file_descriptors() {
    local limit
    limit=$(ulimit -H -n)
    if [[ $limit == unlimited ]] || ((limit > file_descriptors)); then
        limit=$file_descriptors
    fi
    ulimit -S -n "$limit"
}
