# shellcheck shell=bash
# The rules of the house, for scripts/check. A rule prints what breaks it, one finding a line; silence is consent.

# ---- Who may import whom -------------------------------------------------------------------------------------------

# Of our own modules, what each room may import. Arrows go downwards only.
declare -rA rooms=(
    [AgentdCore]=''
    [Framing]='AgentdCore'
    [Messages]='AgentdCore CProtobufC CAgentdProto'
    [LoopExecutor]=''
    [Postgres]='CLibPQ CLinux'
    [Storage]='AgentdCore Postgres'
    [Services]='AgentdCore Messages Storage'
    [Listening]='AgentdCore LoopExecutor Messages Services'
    [FramedListener]='AgentdCore Framing Listening Messages Services'
    [GRPCListener]='AgentdCore CNGHTTP2 CZlib Listening Messages Services'
    [Operations]='AgentdCore CLinux LoopExecutor Storage'
    [AgentdClient]='AgentdCore Framing Messages'
    [ClientOptions]='AgentdClient'
    [LoadGenerator]='AgentdCore AgentdClient CNGHTTP2 Framing Messages'
    [agentd]='AgentdCore LoopExecutor Postgres Storage Services Listening FramedListener GRPCListener Operations
        AgentdClient ClientOptions'
    [agentctl]='AgentdCore AgentdClient ClientOptions'
    [agentload]='AgentdCore AgentdClient ClientOptions LoadGenerator'
)
# C is fenced: no Swift below these, and nobody imports them but the room that says so above. HTTP/2 has two ends, and
# therefore two rooms: GRPCListener serves it, LoadGenerator calls it, and neither is of use to the other.
readonly c_modules=(CLibPQ CLinux CNGHTTP2 CZlib CProtobufC CAgentdProto)

# Rooms that decide without input or output, so that tests need no sockets and no event loop.
readonly rooms_without_nio=(AgentdCore Framing Messages Storage)

# imports_of ROOM: "file:line:module" for each import.
imports_of() {
    local attributes='(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*'
    local access='((public|package|internal|fileprivate|private)[[:space:]]+)?'
    local kind='((typealias|struct|class|enum|protocol|let|var|func)[[:space:]]+)?'
    grep -rnE --include='*.swift' "^[[:space:]]*$attributes${access}import[[:space:]]" "Sources/$1" |
        sed -E "s/^([^:]*:[0-9]+:)[[:space:]]*$attributes${access}import[[:space:]]+$kind([A-Za-z_0-9]+).*/\1\8/"
}

imports_go_downwards() {
    local folder room ours import module
    ours=" ${!rooms[*]} ${c_modules[*]} "
    for folder in Sources/*/; do
        room=$(basename "$folder")
        [[ " ${c_modules[*]} " != *" $room "* ]] || continue
        if [[ -z ${rooms[$room]+known} ]]; then
            echo "$folder: scripts/lib/rules.sh does not say what $room may import"
            continue
        fi
        for import in $(imports_of "$room"); do
            module=${import##*:}
            [[ $ours == *" $module "* && " $room ${rooms[$room]//[[:space:]]/ } " != *" $module "* ]] || continue
            echo "${import%:*}: $room does not import $module"
        done
    done
}

no_nio_where_nothing_is_sent() {
    local room
    for room in "${rooms_without_nio[@]}"; do
        imports_of "$room" | grep -E ':(_?NIO[A-Za-z0-9_]*)$' || true
    done
}

# ---- Where SQL and the tenant are ----------------------------------------------------------------------------------

# code_matching PATTERN ARGUMENT...: lines that match, without those that are comments. Arguments are those of grep.
code_matching() {
    local pattern=$1
    shift
    grep -rnE "$pattern" "$@" | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(//|--)'
}

sql_only_in_storage() {
    code_matching '\b(SELECT|INSERT INTO|DELETE FROM)[[:space:]]|\bUPDATE[[:space:]].*[[:space:]]SET\b' \
        --include='*.swift' Sources | grep -v '^Sources/Storage/'
}

# The tenant is set in one place: a second one is where a leak between tenants would begin.
tenant_set_in_one_place() {
    local calls
    calls=$(code_matching '\bset_config[[:space:]]*\(' Sources)
    if [[ $(grep -c . <<<"$calls") != 1 || $calls != Sources/Storage/*.swift:* ]]; then
        echo "set_config( belongs on exactly one line of Swift, in Sources/Storage. It is here:"
        echo "${calls:-nowhere}"
    fi
    # What runs without a setting before it has to make its own.
    calls=$(code_matching 'isLookUp:[[:space:]]*true' Sources)
    if [[ $(grep -c . <<<"$calls") != 1 || $calls != Sources/Storage/Sessions/*.swift:* ]]; then
        echo "isLookUp: true belongs on exactly one line of Swift, where look-ups set their tenant. It is here:"
        echo "${calls:-nowhere}"
    fi
    # Sources/Storage/Isolation plays tenants on a connection of its own, to prove that they do not see each other, and
    # a conversion binds itself to the tenant that it makes.
    code_matching '\bSET[[:space:]]+((LOCAL|SESSION)[[:space:]]+)?app\.' Sources |
        grep -vE '^Sources/Storage/(Isolation|Conversion)/'
}

migrations_numbered_without_gaps() {
    local expected=1 file name
    for file in Sources/Storage/Migrations/*; do
        name=$(basename "$file")
        if [[ ! $name =~ ^[0-9]{4}_[a-z0-9_]+\.sql$ ]]; then
            echo "$file: the name is not NNNN_name.sql"
        elif ((10#${name:0:4} != expected)); then
            printf '%s: number %04d comes next\n' "$file" "$expected"
        fi
        ((expected++))
    done
}

# ---- Size and place ------------------------------------------------------------------------------------------------

# What belongs to the repository, committed or about to be. In an unpacked archive, which has no git: everything but
# what building leaves behind.
repository_files() {
    local file
    if [[ -e .git ]]; then
        git ls-files --cached --others --exclude-standard --deduplicate
    else
        find . -type f -not -path './.build*' -not -name Package.resolved -printf '%P\n'
    fi | while read -r file; do
        [[ ! -f $file ]] || echo "$file"
    done
}

# Third-party schemas and generated code keep the form that their owners gave them, and a dashboard is what Grafana
# exports, whose strings of JSON cannot be wrapped, nor what agentload draws.
handwritten_files() {
    repository_files | grep -E '\.(swift|sql|sh)$|^scripts/|^\.ci/|^proto/agentd/.*\.proto$' |
        grep -vE '^Sources/CAgentdProto/|^scripts/packaging/grafana/|^scripts/plots/'
}

files_up_to_500_lines() {
    local file lines
    for file in $(handwritten_files); do
        lines=$(wc -l <"$file")
        ((lines <= 500)) || echo "$file: $lines lines"
    done
}

lines_up_to_120_characters() {
    handwritten_files | LC_ALL=C.UTF-8 xargs -r grep -nE '^.{121,}' /dev/null | LC_ALL=C.UTF-8 cut -c 1-100
}

only_allowed_entries_at_the_top() {
    repository_files | cut -d / -f 1 | sort -u |
        grep -vE '^(Package\.swift|README\.md|Sources|Tests|proto|scripts|\..+)$'
}

no_path_of_one_machine() {
    repository_files | xargs -r grep -InE '(^|[^A-Za-z0-9_./-])/(work|root|home|Users)(/|$)' /dev/null
}

# ---- Scripts -------------------------------------------------------------------------------------------------------

bash_scripts() {
    repository_files | grep -E '^(scripts|\.ci)/' | xargs -r grep -lE '^#!.*\bbash$|^# shellcheck shell=bash$'
}

scripts_pass_shellcheck() {
    bash_scripts | xargs -r shellcheck --external-sources --format=gcc
}

scripts_can_be_run() {
    local file
    for file in $(bash_scripts | grep -v '^scripts/lib/'); do
        [[ -x $file ]] || echo "$file is not executable"
    done
}
