#!/bin/sh
# Sets up voicedrill in a virtual environment: tools/setup.sh VENV [dev]
#
# System packages are a convenience, never a condition: as root or with password-less sudo on Debian/Ubuntu they are
# installed; where that is not possible, packages from PyPI take their place (espeakng-loader for espeak-ng, the file
# device for PortAudio) and tests that need more are skipped with a reason.
set -eu

venv=$1
extra=${2:-}
python=${PYTHON:-python3}

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

install_system_packages() {
    command -v apt-get >/dev/null 2>&1 || return 0
    missing=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "系统软件包 / system packages:$missing"
    # shellcheck disable=SC2086
    as_root sh -c "(apt-get update -qq || true) && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing" >/dev/null 2>&1 \
        || say "没有安装（无管理员权限或无网络），改用 pip 包 / not installed, pip packages are used instead"
}

make_venv() {
    [ -x "$venv/bin/python" ] && return 0
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
        || { echo "需要 Python 3.10 或更新 / Python 3.10 or newer is needed: $("$python" --version 2>&1)" >&2; exit 1; }
    say "虚拟环境 / virtual environment: $venv"
    "$python" -m venv "$venv" 2>/dev/null && return 0
    rm -rf "$venv"                                  # Debian without python3-venv leaves a venv without pip behind
    "$python" -m pip install --quiet --user --break-system-packages virtualenv 2>/dev/null \
        || "$python" -m pip install --quiet --user virtualenv \
        || { echo "缺少 python3-venv：请安装它，或先装好 pip / python3-venv is missing: install it, or pip" >&2; exit 1; }
    "$python" -m virtualenv --quiet "$venv"
}

packages="python3-venv libportaudio2 espeak-ng libespeak-ng1"
# The tests of live practice run on a virtual sound card.
[ "$extra" != dev ] || packages="$packages pulseaudio pulseaudio-utils libasound2-plugins"
# shellcheck disable=SC2086
install_system_packages $packages
make_venv
say "Python 软件包 / Python packages"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".${extra:+[$extra]}"
