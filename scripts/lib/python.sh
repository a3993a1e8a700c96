# shellcheck shell=bash
# Python packages, in an environment of their own that is made once. Needs messages.sh.

# prepare_python_environment FOLDER REQUIREMENTS: makes the environment again when the requirements have changed.
prepare_python_environment() {
    local folder=$1 listed=$2 wanted
    wanted=$(sha256sum <"$listed")
    [[ $(cat "$folder/requirements.sha256" 2>/dev/null) != "$wanted" ]] || return 0
    step "Preparing Python in $folder"
    rm -rf "$folder"
    /usr/bin/python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$listed" >&2
    printf '%s\n' "$wanted" >"$folder/requirements.sha256"
}
