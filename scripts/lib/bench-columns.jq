# What the tables of scripts/bench have in common.

# A number with so many digits behind the point; null is nothing.
def digits($count): if . == null then "" else
    . * pow(10; $count) | round / pow(10; $count) | tostring
    | if $count == 0 then . else
        (if contains(".") then . else . + "." end) | . + ("0" * ($count - (length - 1 - index("."))) // "") end
    end;

# 1234567 as 1,234,567.
def grouped: if . == null then "" else
    round | tostring | [while(length > 0; .[:-3])] | map(.[-3:]) | reverse | join(",") end;

# Rows of texts as lines: the columns of $left to the left, the others to the right.
def aligned($left):
    . as $rows
    | [range(.[0] | length)] | map(. as $column | $rows | map(.[$column] | length) | max) as $widths
    | $rows | map([to_entries[]
        | (" " * ($widths[.key] - (.value | length)) // "") as $padding
        | if .key < $left then .value + $padding else $padding + .value end] | join("  ") | sub(" +$"; ""))[];

def rounds: (if .rounds == 1 then "one round" else "medians of \(.rounds) rounds" end) + " of \(.seconds) s";

def machine: "on \(.machine.cores) cores and \(.machine.memory_gib) GiB, which client, daemon and PostgreSQL "
    + "\(.machine.postgresql) share; the database is on \(.machine.file_system)";

# What makes figures doubtful; nothing when nothing does.
def doubts:
    if .size == "smoke" then "--smoke is too short for figures to mean anything" else empty end,
    (.figures.elsewhere_processors | if . then sort[length / 2 | floor] else 0 end
        | if . > 0.1 then "Other programs had \(digits(1)) processors meanwhile: measure again when they rest"
        else empty end);

def settings: "PostgreSQL: \(.settings.postgresql | join(", "))."
    + (if .settings.agentd == {} then "" else " agentd: \(.settings.agentd | to_entries
        | map("\(.key)=\(.value)") | join(", "))." end);
