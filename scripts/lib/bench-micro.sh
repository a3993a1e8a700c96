# shellcheck shell=bash
# The micro-benchmarks: what pieces of the daemon cost, in instructions and allocations instead of seconds, so that two
# runs of the same program give the same figures on a busy machine too. Needs messages.sh and packages.sh.
#
# They are compared with bench-micro.json, which is taken anew with
#
#   scripts/bench --micro --output json |
#       jq '{benchmarks: [.benchmarks[] | {name, instructions, allocations, bytes}]}' >figures.json &&
#       mv figures.json scripts/lib/bench-micro.json
#
# Figures of another processor, C library or Swift differ from those there by some percent.

readonly micro_reference=scripts/lib/bench-micro.json
# A change of more than this many percent is marked.
readonly micro_tolerance=5

# bench_micro table|json [ARGUMENT...]: the arguments are more of `swift build`.
bench_micro() {
    local output=$1 folder
    shift
    # shellcheck disable=SC2154  # they are in packages.sh
    ensure_packages "${packages_to_build[@]}" "${packages_to_count[@]}"
    step "Building"
    swift build --configuration release --product MicroBenchmarks "$@" >&2
    folder=$(mktemp --directory)
    # valgrind stops at debugging information that is newer than itself.
    strip --strip-debug -o "$folder/benchmarks" \
        "$(swift build --configuration release --show-bin-path "$@")/MicroBenchmarks"
    step "Counting"
    if ! count_benchmarks "$folder"; then
        rm -r "$folder"
        die "the micro-benchmarks do not run; what they say is above"
    fi
    report_benchmarks "$output" <"$folder/figures"
    rm -r "$folder"
}

# count_benchmarks FOLDER: writes an object for each benchmark to the file `figures` there.
count_benchmarks() {
    local folder=$1 name times
    while read -r name times; do
        count_benchmark "$folder" "$name" "$times" >>"$folder/figures" || return
    done < <("$folder/benchmarks")
}

# What happens once is in both runs, of which one does twice as much, and so not in their difference.
count_benchmark() {
    local folder=$1 name=$2 times=$3 multiple instructions=() allocations=() bytes=()
    for multiple in 1 2; do
        run_counted "$folder" callgrind "$name" "$multiple" &
        run_counted "$folder" dhat "$name" "$multiple" &
    done
    wait
    for multiple in 1 2; do
        instructions+=("$(figure "$folder/callgrind-$multiple" 's/^.*Collected : ([0-9]+)$/\1/p')") || return
        bytes+=("$(figure "$folder/dhat-$multiple" 's/^.*Total: +([0-9,]+) bytes in .*$/\1/p')") || return
        allocations+=("$(figure "$folder/dhat-$multiple" 's/^.*Total: .* in ([0-9,]+) blocks$/\1/p')") || return
    done
    jq --null-input --compact-output --arg name "$name" --argjson times "$times" \
        --argjson instructions "[${instructions[0]}, ${instructions[1]}]" \
        --argjson allocations "[${allocations[0]}, ${allocations[1]}]" --argjson bytes "[${bytes[0]}, ${bytes[1]}]" '
        def each: (.[1] - .[0]) / $times | . * 100 | round / 100;
        {$name, instructions: ($instructions | each), allocations: ($allocations | each), bytes: ($bytes | each)}'
}

# Tables with random seeds would count differently each time.
run_counted() {
    local folder=$1 tool=$2 name=$3 multiple=$4
    SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool="$tool" "--$tool-out-file=/dev/null" \
        "$folder/benchmarks" "$name" "$multiple" >"$folder/$tool-$multiple" 2>&1 || true
}

# figure FILE EXPRESSION: the number that sed finds, or all of the file on standard error.
figure() {
    local number
    number=$(sed -nE "$2" "$1" | tr -d ,)
    if [[ ! $number =~ ^[0-9]+$ ]]; then
        cat "$1" >&2
        return 1
    fi
    printf '%s\n' "$number"
}

# report_benchmarks table|json: from the objects on standard input.
report_benchmarks() {
    local reference='{"benchmarks": []}'
    [[ ! -e $micro_reference ]] || reference=$(<"$micro_reference")
    jq --slurp --argjson reference "$reference" '
        def change($old): if $old then . as $new | ($new - $old) / ([$old, 1] | max) * 100 | . * 10 | round / 10
            else null end;
        ($reference.benchmarks | map({(.name): .}) | add // {}) as $old
        | {benchmarks: map(. + {
            instructions_change_percent: (.name as $name | .instructions | change($old[$name].instructions)),
            allocations_change_percent: (.name as $name | .allocations | change($old[$name].allocations))})}' |
        if [[ $1 == json ]]; then cat; else table_of_benchmarks; fi
}

table_of_benchmarks() {
    local format='%-26s %14s %9s %12s %9s %10s %s\n' row
    # shellcheck disable=SC2059  # the formats are ours
    printf "$format" benchmark instructions change allocations change bytes ''
    while IFS=$'\t' read -r -a row; do
        # shellcheck disable=SC2059
        printf "$format" "${row[@]}"
    done < <(jq --raw-output --argjson tolerance "$micro_tolerance" '
        def signed: if . == null then "new" elif . > 0 then "+\(.)" else "\(.)" end;
        .benchmarks[] | [.instructions_change_percent // 0, .allocations_change_percent // 0] as $changes
        | [.name, (.instructions | round), (.instructions_change_percent | signed), .allocations,
            (.allocations_change_percent | signed), (.bytes | round),
            if ($changes | max) > $tolerance then "MORE" elif ($changes | min) < -$tolerance then "less" else "" end]
        | @tsv')
    echo "What one time costs; changes against $micro_reference in percent, marked above $micro_tolerance."
}
