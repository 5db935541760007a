#!/usr/bin/env bash
# check.sh BUILD_DIR CXX WAY: installs the build into a folder of its own, moves that folder, and builds a program with
# the installed library. WAY is cmake or pkg-config.
set -euo pipefail
build=$1 compiler=$2 way=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"

case $way in
  cmake)
    cmake -S "$here/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$compiler" \
      -DCMAKE_CXX_FLAGS="${LEHR_TEST_FLAGS-}" >/dev/null
    cmake --build "$work/consumer" >/dev/null
    program=$work/consumer/consumer
    ;;
  pkg-config)
    export PKG_CONFIG_PATH
    PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name lehr.pc)")
    program=$work/consumer
    # shellcheck disable=SC2046 # the flags are words
    "$compiler" -std=c++20 ${LEHR_TEST_FLAGS-} "$here/consumer/main.cpp" -o "$program" $(pkg-config --cflags --libs lehr)
    ;;
  *)
    echo "check.sh: expected cmake or pkg-config, found \"$way\"" >&2
    exit 1
    ;;
esac

[[ $("$program") == 100 ]]
[[ $("$work"/prefix/bin/lehr --version) == lehr\ * ]]
echo "installed, and used through $way"
