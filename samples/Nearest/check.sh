#!/usr/bin/env bash
# Checks a built Nearest from outside, as a user meets it.
#
#     samples/Nearest/check.sh path/to/Nearest

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Nearest" >&2
    exit 2
fi

program=$1
here=$(dirname "$0")
. "$here/../checks.sh"

begins() { head -n 1 "$folder/out" | grep -q -e "$1"; }

run '' 狗追猫。 我喜欢喝茶。 狗追猫。 猫追狗。
check 'sentences as arguments' exits 0
check 'sentences as arguments: the same sentence is the nearest' begins '^1.000  狗追猫。$'
check 'sentences as arguments: a line each' test "$(wc -l <"$folder/out")" -eq 3
run '我喜欢喝茶。\n\n狗追猫。\n' 狗追猫。
check 'sentences on standard input' exits 0
check 'sentences on standard input: the same sentence is the nearest' begins '^1.000  狗追猫。$'
before=$(cat "$folder/out")
KERNELGEN_INSTRUCTION_SET=portable run '我喜欢喝茶。\n\n狗追猫。\n' 狗追猫。
check 'portable kernels' exits 0
check 'portable kernels: the same numbers' test "$(cat "$folder/out")" = "$before"
run '' "$(printf '狗%.0s' {1..500})" 狗
check 'a sentence too long' exits 1
check 'a sentence too long: it is said' grep -q 'the encoder takes 1 to 128' "$folder/err"
run ''
check 'no arguments' exits 2
run '' --help
check '--help' exits 0
finish
