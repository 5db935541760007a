# shellcheck shell=bash
# Common code of the scripts: strict mode, the project's folder, and messages. Source it first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "-- $*" >&2; }
die() {
  printf '%s\n' "$(basename "$0"): $*" >&2
  exit 1
}

# Runs a command and shows its output only if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# configure PRESET [cmake options...]
configure() {
  local preset=$1
  shift
  say "configuring build/$preset"
  quietly cmake --preset "$preset" "$@" || die "cmake could not configure the project; its output is above"
}

# Prints every twentieth of the progress lines "[n/m] ..." of a build, and all other lines, which
# are warnings and errors.
thin_out() {
  awk -F '[][/]' '
    !/^\[[0-9]+\/[0-9]+\]/ { print; fflush(); next }
    $2 == $3 || int(20 * $2 / $3) > shown { shown = int(20 * $2 / $3); print; fflush() }'
}

# build PRESET [targets...]. A terminal shows each step in place; a log gets every twentieth step.
build() {
  local preset=$1
  shift
  say "building build/$preset (a few minutes the first time)"
  if [[ -t 2 ]]; then
    cmake --build --preset "$preset" ${1+--target "$@"} >&2
  else
    cmake --build --preset "$preset" ${1+--target "$@"} | thin_out >&2
  fi || die "the build failed; the compiler's output is above"
}
