# shellcheck shell=bash
# Debian packages: only what is missing is installed, so a prepared machine needs neither root nor a network.
# Needs messages.sh.

# Each array is what one kind of work needs. shellcheck cannot see the scripts that read them.
# shellcheck disable=SC2034
packages_to_build=(pkg-config libpq-dev libprotobuf-c-dev libnghttp2-dev zlib1g-dev)
# shellcheck disable=SC2034
packages_to_run=(postgresql)
# shellcheck disable=SC2034
packages_to_generate=(protobuf-c-compiler protobuf-compiler libprotobuf-dev)
# shellcheck disable=SC2034
packages_to_test=(openssl python3 python3-venv nghttp2-client grpc-proto)
# shellcheck disable=SC2034
packages_to_check=(shellcheck)
# shellcheck disable=SC2034
packages_to_demonstrate=(jq curl)
# shellcheck disable=SC2034
packages_to_measure=(gcc libc6-dev jq)

# shellcheck disable=SC2034
packages_to_count=(valgrind binutils jq)

# ensure_packages NAME...: installs those of the packages that are missing.
ensure_packages() {
    local missing=() package
    for package in "$@"; do
        package_is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0

    step "Installing ${missing[*]}"
    command -v apt-get >/dev/null ||
        die "this is not a Debian system; install what corresponds to: ${missing[*]}"
    prevent_system_cluster "${missing[@]}"
    as_root "${missing[*]}" apt-get update >&2
    as_root "${missing[*]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}" >&2
}

# package_is_installed NAME. A virtual package is as good as the real one that provides it: Debian 12's pkg-config is
# a transitional package, and pkgconf alone does the same.
package_is_installed() {
    local name=$1
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] && return 0
    [[ $name == pkg-config ]] && command -v pkg-config >/dev/null
}

# as_root PACKAGES COMMAND...: runs the command as root, or says what to run instead.
as_root() {
    local packages=$1
    shift
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "there is neither root nor sudo here. Let an administrator run:
           apt-get update && apt-get install -y --no-install-recommends $packages"
    fi
}

# Debian's `postgresql` creates a cluster named "main" when it is installed, and starts it on port 5432. Everything here
# runs private clusters on unix sockets and wants no such server, so it is told not to, by the setting that
# postgresql-common has for this. Nothing is touched on a machine that has PostgreSQL or has made its own choice.
prevent_system_cluster() {
    local packages="$*" settings=/etc/postgresql-common/createcluster.conf
    [[ " $packages " == *" postgresql "* ]] || return 0
    package_is_installed postgresql-common && return 0
    [[ ! -e $settings ]] || return 0
    as_root "$packages" mkdir -p "${settings%/*}"
    printf 'create_main_cluster = false\n' | as_root "$packages" tee "$settings" >/dev/null
}

# Swift is the one thing that Debian does not have.
ensure_swift() {
    command -v swift >/dev/null || die "Swift 6.3 or later is needed: https://www.swift.org/install/linux"
}
