# shellcheck shell=bash
# What was measured, as a table or as JSON. Needs bench-systems.sh.

# Variables are shared with the other files of scripts/bench, which shellcheck does not follow from here.
# shellcheck disable=SC2154

report_table() {
    surroundings | jq --argjson figures "$(figures)" --argjson tenants "$tenants" --argjson agents "$agents" \
        --argjson rounds "$rounds" --argjson seconds "$seconds" '. + {
            data: {tenants: $tenants, agents: ($tenants * $agents)}, rounds: $rounds, seconds: $seconds,
            systems: $ARGS.positional, figures: $figures}' --args "${systems[@]}" |
        jq -L scripts/lib --from-file scripts/lib/bench-report.jq >"$folder/report.json"
    show_report scripts/lib/bench-table.jq
}

# show_report PROGRAM: FOLDER/report.json as one JSON object, or as the lines that the jq program makes of it.
show_report() {
    if [[ $output == json ]]; then
        jq --compact-output . "$folder/report.json"
    else
        jq -L scripts/lib --raw-output --from-file "$1" "$folder/report.json"
    fi
}

# All figures, each with the numbers of its rounds, as a JSON object.
figures() {
    local file
    for file in "$folder"/figure.*; do
        jq --slurp --arg name "${file##*/figure.}" '{($name): .}' "$file"
    done | jq --slurp --compact-output add
}

# Where and on what it was measured, as a JSON object.
surroundings() {
    jq --null-input --arg mode "$mode" --arg size "$size" --argjson cores "$(nproc)" \
        --argjson memory "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)" \
        --arg postgresql "$("$postgres_binaries/postgres" --version | awk '{ print $3 }')" \
        --arg file_system "$(stat --file-system --format=%T "$cluster_folder")" '{
            mode: $mode, size: $size, machine: {cores: $cores, memory_gib: $memory, postgresql: $postgresql,
                file_system: $file_system},
            settings: {postgresql: $ARGS.positional, agentd: ($ENV | with_entries(select(
                (.key | test("^AGENTD_|^ENABLE_")) and (.key | test("SECRET|TOKEN|URL|CI_RUN") | not))))}}' \
        --args "${cluster_settings[@]}"
}
