#!/usr/bin/env bash
# check.sh BUILD_DIR CXX WAY: installs the build into a folder of its own, moves that folder, and builds a program with
# the installed library. WAY is cmake or pkg-config (the README's program and recipes, word for word), shared (a shared
# library that contains lehr), or extending (examples/extending, a program with operations and more of its own).
set -euo pipefail
build=$1 compiler=$2 way=$3
here=$(cd "$(dirname "$0")" && pwd)
readme=$here/../../README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"

# fenced LANGUAGE: the one block of README.md in that language.
fenced() {
  awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside { print } $0 == fence { inside = 1 }' "$readme"
}

# configure_and_build SOURCE_DIR
configure_and_build() {
  cmake -S "$1" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_FLAGS="${LEHR_TEST_FLAGS-}" >/dev/null
  cmake --build "$work/build" >/dev/null
}

mkdir "$work/project"
cd "$work/project"
fenced cpp >main.cpp
case $way in
  cmake)
    fenced cmake >CMakeLists.txt
    configure_and_build .
    program=$work/build/digits
    ;;
  pkg-config)
    PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name lehr.pc)")
    export PKG_CONFIG_PATH
    recipe=$(grep '^g++ ' "$readme")
    eval "$compiler ${LEHR_TEST_FLAGS-} ${recipe#g++}"
    program=./digits
    ;;
  shared)
    configure_and_build "$here/shared"
    [[ $("$work/build/host") == "a digit" ]]
    echo "linked into a shared library"
    exit
    ;;
  extending)
    configure_and_build "$here/../../examples/extending"
    "$work/build/check_gradients"
    program=$work/build/extending
    options=(--data stripes:400 --model stripes-net --loss focal --optimizer lion --lr 0.003 --epochs 3 --seed 1)
    "$program" train "${options[@]}" --out whole
    status=0
    "$program" train "${options[@]}" --out parts --stop-after 9 || status=$?
    [[ $status == 130 ]]
    run=$(dirname parts/*/config.toml)
    "$program" train --resume "$run"
    cmp whole/*/model.safetensors "$run/model.safetensors"
    [[ $("$program" evaluate "$run/model.safetensors" stripes:400) =~ ^(9[0-9.]+|100.0)\ %\ of\ the\ validation ]]
    # lehr itself does not know the operation, and says so.
    if "$work/prefix/bin/lehr" evaluate "$run/model.safetensors" --data digits 2>refusal; then exit 1; fi
    grep -q 'unknown operation "swish".* lehr::register_op' refusal
    echo "extended, resumed to the same bits and evaluated"
    exit
    ;;
  *)
    echo "check.sh: expected cmake, pkg-config, shared or extending, found \"$way\"" >&2
    exit 1
    ;;
esac

[[ $("$program" 2>log) =~ ^9[0-9.]+\ %\ of\ the\ validation\ images\ right$ ]]
[[ -s digits.safetensors ]]
[[ $("$work"/prefix/bin/lehr --version) == lehr\ * ]]
echo "installed, and used through $way"
