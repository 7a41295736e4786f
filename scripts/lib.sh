# shellcheck shell=bash
# What the scripts of this folder share: where the project is, how to speak, how to become root,
# how many jobs to run. Sourced, never run. Sets `root`, the project's folder.

# shellcheck disable=SC2034 # used by the scripts that source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Programs of the system (mariadbd, chroot …) live in sbin, which a user's PATH may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() {
    if [ -t 1 ]; then printf '\033[1m==> %s\033[0m\n' "$*"; else printf '==> %s\n' "$*"; fi
}
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The usage of a script is the comment that it opens with.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "this needs root: run it as root, or install sudo and allow it for $(id -un)
  (wanted to run: $*)"
    fi
}

# What root left in build/ and var/ when it ran these scripts becomes the caller's, who couldn't
# write there otherwise.
own_outputs() {
    local folder
    if [ "$(id -u)" -eq 0 ]; then return; fi
    for folder in "$root/build" "$root/var"; do
        if [ -n "$(find "$folder" ! -user "$(id -u)" -print -quit 2>/dev/null)" ]; then
            say "Taking over ${folder##*/}/, which another user's run left behind"
            as_root chown -R "$(id -u):$(id -g)" "$folder"
        fi
    done
}

# Compile jobs: one a processor, but no more than memory holds (a heavy file takes about 1.2 GB).
build_jobs() {
    local cpus memory_kb by_memory
    cpus=$(nproc)
    memory_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
    by_memory=$((memory_kb / 1200000))
    if [ "$by_memory" -lt 1 ]; then by_memory=1; fi
    if [ "$by_memory" -lt "$cpus" ]; then echo "$by_memory"; else echo "$cpus"; fi
}

# Seconds as people read them: 75 → 1 min 15 s.
human_seconds() {
    if [ "$1" -ge 60 ]; then echo "$(($1 / 60)) min $(($1 % 60)) s"; else echo "$1 s"; fi
}
