# shellcheck shell=bash
# What a script tells the person who runs it. Everything goes to standard error, so that standard output belongs to the
# programs that a script runs. Colours only on a terminal, and not when NO_COLOR is set (https://no-color.org).

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' green=$'\e[32m' yellow=$'\e[33m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' green='' yellow='' red='' plain=''
fi

# A new piece of work begins.
step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }

# It went well.
ok() { printf '%s    ok%s %s\n' "$green" "$plain" "$*" >&2; }

# Something worth knowing, indented below its step.
note() { printf '    %s\n' "$*" >&2; }

# Something was left out: never silently.
skipped() { printf '%s    SKIPPED%s %s\n' "$yellow" "$plain" "$*" >&2; }

# Something is wrong; the script goes on.
fail() { printf '%s    FAILED%s %s\n' "$red" "$plain" "$*" >&2; }

# Something is wrong and the script ends.
die() {
    fail "$*"
    exit 1
}
