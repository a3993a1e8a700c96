# shellcheck shell=bash
# The programs as they are shipped. Needs messages.sh.

# Variables are shared with the scripts that source this.
# shellcheck disable=SC2034,SC2154

# Nothing of Swift has to be installed where they run; they are also a little faster so, and smaller in memory.
readonly release_options=(--configuration release --static-swift-stdlib)

# build_release PRODUCT...: sets `binaries`, their folder.
build_release() {
    local product
    step "Building (the first time takes some minutes: it compiles the libraries too)"
    for product in "$@"; do
        swift build "${release_options[@]}" --product "$product" >&2
    done
    binaries=$(swift build "${release_options[@]}" --show-bin-path)
}

# absolute PATH: of where the script was started, which it keeps in started_in.
absolute() { (cd "$started_in" && realpath --canonicalize-missing "$1"); }
