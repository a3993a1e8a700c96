# shellcheck shell=bash
# scripts/packaging is checked by the programs that will read it: systemd, kubectl, promtool, and models of what has no
# program here. For scripts/check, whose `check` and `quietly` it uses; needs messages.sh, packages.sh and python.sh.
#
# A rule prints what breaks it, as those of rules.sh do.
# The lists of packages are those of packages.sh, which shellcheck does not follow from here.
# shellcheck disable=SC2154

readonly packaging=scripts/packaging
readonly packaging_tools=.build/packaging
# On systemd's scale from 0, which is no exposure, to 100; what is left is that agentd speaks to a network.
readonly most_exposure=15

check_packaging() {
    step "Packaging"
    prepare_packaging_tools
    check 'systemd takes the unit' 'see man systemd.directives' systemd_takes_the_unit
    check 'The unit is hardened' 'close in agentd.service what systemd-analyze names' unit_is_hardened
    check 'systemd makes the user and the folders' 'see man sysusers.d and tmpfiles.d' systemd_makes_user_and_folders
    check 'hadolint takes the Containerfile' 'see https://github.com/hadolint/hadolint/wiki' \
        hadolint_takes_the_container_file
    check 'The Containerfile builds with the packages of scripts/lib/packages.sh' \
        'name the same in its first stage' container_builds_with_our_packages
    check 'YAML is well-formed' "see https://yamllint.readthedocs.io/en/stable/rules.html" yaml_is_well_formed
    check 'Kubernetes takes the manifests' 'kubectl kustomize FOLDER shows what is checked' \
        kubernetes_takes_the_manifests
    check 'Prometheus takes its configuration' 'promtool check config prometheus.yml' prometheus_takes_its_configuration
    check 'Alerts fire when they must' 'promtool test rules agentd.tests.yml' alerts_fire_when_they_must
    check 'Grafana takes the dashboard' 'mend the panel by its id' grafana_takes_the_dashboard
    check 'Rules and dashboard ask for metrics that exist' \
        'Sources/Operations/Metrics/MetricCatalogue.swift has their names and labels' queries_ask_for_what_exists
    check 'Packaging names settings that exist' 'agentd config --reference shows all' packaged_settings_exist
    check 'Packaging names files that exist' 'mend the path' packaging_names_files_that_exist

    local binary
    binary=$(newest_agentd)
    if [[ -z $binary ]]; then
        skipped 'what needs a built agentd: its libraries against those of the Containerfile, its settings'
        return
    fi
    check 'The image has the libraries of agentd' \
        'name exactly these packages in the last stage of the Containerfile' image_has_the_libraries
    check 'agentd takes the settings' 'agentd config --effective says what it refuses' agentd_takes_the_settings
}

# ---- Tools ---------------------------------------------------------------------------------------------------------

prepare_packaging_tools() {
    ensure_packages systemd binutils python3 python3-venv
    prepare_python_environment "$packaging_tools/python" "$packaging/requirements.txt"
    fetch_promtool
}

# Debian's package starts a server when it is installed; this is one program of it, and nothing is installed.
fetch_promtool() {
    promtool=$packaging_tools/prometheus/usr/bin/promtool
    [[ ! -x $promtool ]] || return 0
    step "Fetching promtool"
    local folder
    folder=$(mktemp --directory --tmpdir=/tmp)
    if ! (cd "$folder" && apt-get download prometheus) >&2; then
        as_root prometheus apt-get update >&2
        (cd "$folder" && apt-get download prometheus) >&2
    fi
    dpkg-deb --extract "$folder"/prometheus_*.deb "$packaging_tools/prometheus"
    rm -rf "$folder"
}

packaging_python() { "$packaging_tools/python/bin/python" -B "$@"; }

# Whichever was built last, or nothing.
newest_agentd() {
    # shellcheck disable=SC2012
    { ls -t .build/release/agentd .build/debug/agentd 2>/dev/null || true; } | head -n 1
}

# ---- systemd -------------------------------------------------------------------------------------------------------

# The unit as it is on a machine where its program is installed. systemd-analyze warns of what it ignores, and succeeds.
systemd_takes_the_unit() { with_installed_unit systemd-analyze verify --man=no; }

unit_is_hardened() {
    quietly with_installed_unit systemd-analyze security --no-pager --offline=true --threshold="$most_exposure"
}

# with_installed_unit COMMAND...: runs it with the path of such a unit.
with_installed_unit() {
    local folder status=0
    folder=$(mktemp --directory --tmpdir=/tmp)
    sed "s|^ExecStart=/usr/local/bin/agentd|ExecStart=$(type -P true)|" "$packaging/systemd/agentd.service" \
        >"$folder/agentd.service"
    "$@" "$folder/agentd.service" || status=$?
    rm -rf "$folder"
    return "$status"
}

systemd_makes_user_and_folders() {
    local root entry wanted
    root=$(mktemp --directory --tmpdir=/tmp)
    mkdir "$root/etc"
    quietly systemd-sysusers --root="$root" "$PWD/$packaging/systemd/agentd.sysusers.conf"
    quietly systemd-tmpfiles --create --root="$root" "$PWD/$packaging/systemd/agentd.tmpfiles.conf"
    grep -q '^agentd:' "$root/etc/passwd" || echo 'systemd-sysusers makes no user agentd'
    for wanted in 'etc/agentd 750' 'etc/agentd/tls 750' 'etc/agentd/credentials 700'; do
        entry=${wanted% *}
        [[ $(stat --format=%a "$root/$entry" 2>&1) == "${wanted#* }" ]] ||
            echo "systemd-tmpfiles makes no /$entry with the permissions ${wanted#* }"
    done
    rm -rf "$root"
}

# ---- Container -----------------------------------------------------------------------------------------------------

hadolint_takes_the_container_file() {
    quietly "$packaging_tools/python/bin/hadolint" --no-color --config "$packaging/container/hadolint.yaml" \
        "$packaging/container/Containerfile"
}

# container_packages STAGE: what apt-get installs in it; the first one is 1.
container_packages() {
    awk -v stage="$1" '
        /^FROM / { current++ }
        current != stage { next }
        /apt-get install/ { installing = 1; next }
        /&&/ { installing = 0 }
        installing { print $1 }' "$packaging/container/Containerfile" | sort
}

# differing WHAT_IS WHAT_SHOULD_BE NAME: one line for each that only one of the two lists has.
differing() {
    comm -23 <(printf '%s\n' "$1") <(printf '%s\n' "$2") | sed "s|.|$3 has and should not have &|"
    comm -13 <(printf '%s\n' "$1") <(printf '%s\n' "$2") | sed "s|.|$3 lacks &|"
}

container_builds_with_our_packages() {
    differing "$(container_packages 1)" "$(printf '%s\n' "${packages_to_build[@]}" | sort)" \
        'the first stage of the Containerfile'
}

# Those that agentd itself is linked to, by the package that they come from. Their own dependencies apt-get knows; Swift
# is linked into the program there; the others every Debian has.
image_has_the_libraries() {
    local binary library path package needed=() data=(ca-certificates tzdata) everywhere=' libc6 libgcc-s1 libstdc++6 '
    binary=$(newest_agentd)
    for library in $(readelf --dynamic "$binary" | sed -nE 's/.*\(NEEDED\).*\[(.*)\].*/\1/p'); do
        path=$(ldd "$binary" | awk -v library="$library" '$1 == library || $1 ~ "/" library "$" { print $(NF - 1) }')
        [[ $path != */swift/* ]] || continue
        package=$(package_of "$path")
        if [[ -z $package ]]; then
            echo "$library ($path) is of no package"
        elif [[ $everywhere != *" $package "* ]]; then
            needed+=("$package")
        fi
    done
    differing "$(container_packages 2)" "$(printf '%s\n' "${needed[@]}" "${data[@]}" | sort --unique)" \
        'the last stage of the Containerfile'
}

# package_of FILE. What dpkg calls /lib/... may be /usr/lib/... to the linker, and the other way round.
package_of() {
    local path
    for path in "$1" "$(realpath "$1")" "/usr$1" "${1#/usr}"; do
        dpkg-query --search "$path" 2>/dev/null | cut -d : -f 1 | head -n 1 | grep . && return
    done
    return 0
}

# ---- Kubernetes ----------------------------------------------------------------------------------------------------

yaml_is_well_formed() {
    "$packaging_tools/python/bin/yamllint" --strict --format parsable --config-file "$packaging/checks/yamllint.yaml" \
        "$packaging"
}

kubernetes_takes_the_manifests() {
    local folder rendered
    for folder in "$packaging"/kubernetes/*/; do
        if rendered=$("$packaging_tools/python/bin/kubectl" kustomize "$folder" 2>&1); then
            packaging_python "$packaging/checks/manifests.py" "$folder" <<<"$rendered"
        else
            echo "$folder: $rendered"
        fi
    done
}

# ---- Prometheus and Grafana ----------------------------------------------------------------------------------------

prometheus_takes_its_configuration() {
    quietly "$promtool" check config --lint=all --lint-fatal "$packaging/prometheus/prometheus.yml"
}

alerts_fire_when_they_must() { quietly "$promtool" test rules "$packaging/prometheus/agentd.tests.yml"; }

grafana_takes_the_dashboard() { packaging_python "$packaging/checks/dashboard.py" "$packaging/grafana/agentd.json"; }

queries_ask_for_what_exists() {
    packaging_python "$packaging/checks/expressions.py" "$packaging/prometheus/agentd.records.yml" \
        "$packaging/prometheus/agentd.alerts.yml" "$packaging/grafana/agentd.json" \
        "$packaging/prometheus/agentd.tests.yml"
}

# ---- Names ---------------------------------------------------------------------------------------------------------

# What belongs to agentctl, or to Kubernetes, and is written here all the same.
readonly names_of_others=' AGENTD_ADDRESS AGENTD_TOKEN AGENTD_TOKEN_FILE AGENTD_PORT '

packaged_settings_exist() {
    local file name
    {
        grep -rnoE '\bAGENTD_[A-Z_]+\b' "$packaging" | sed -E 's/^([^:]*:[0-9]+):/\1 /'
        # A key of a configuration file is the name without its beginning, in small letters; // takes it out.
        sed -nE 's|^ *"(//)?([a-z_]+)": .*|\2|p' "$packaging/systemd/agentd.json" |
            sed -E 's|.*|systemd/agentd.json AGENTD_\U&|'
    } |
        while read -r file name; do
            [[ $names_of_others != *" $name "* ]] || continue
            grep -rqE "\"(${name}|${name%_FILE})\"" Sources/Operations/Settings/Groups ||
                echo "$file: $name is no setting of agentd"
        done
}

# Of the scripts and of each other, in README.md and in comments.
packaging_names_files_that_exist() {
    local file path
    grep -rnoE "\bscripts/[A-Za-z0-9_./-]*[A-Za-z0-9_]" "$packaging" | sed -E 's/^([^:]*:[0-9]+):/\1 /' |
        while read -r file path; do
            [[ -e $path ]] || echo "$file: there is no $path"
        done
}

# What agentd itself says to the settings of each kind of deployment, without the secrets, which are not here.
agentd_takes_the_settings() {
    local rendered
    settings_taken "$packaging/systemd/agentd.json" "AGENTD_CONFIG=$packaging/systemd/agentd.json"
    rendered=$("$packaging_tools/python/bin/kubectl" kustomize "$packaging/kubernetes/base" 2>&1)
    settings_taken "$packaging/kubernetes/base" \
        "$(sed -nE '/^kind: ConfigMap/q; s/^  ([A-Z_]+): (.*)/\1=\2/p' <<<"$rendered")"
    settings_taken "$packaging/container/Containerfile" \
        "$(grep -oE '\b(AGENTD|ENABLE|DEFAULT)_[A-Z_]+=[^ ]+' "$packaging/container/Containerfile")"
}

# settings_taken NAME SETTINGS: lines of NAME=VALUE.
settings_taken() {
    local settings output
    mapfile -t settings <<<"$2"
    [[ -n $2 ]] || echo "$1: no settings were found in it"
    output=$(env --ignore-environment "PATH=$PATH" "${settings[@]}" "$(newest_agentd)" config --effective 2>&1) ||
        printf '%s: %s\n' "$1" "$output"
}
