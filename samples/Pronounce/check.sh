#!/usr/bin/env bash
# Checks a built Pronounce from outside, as a user meets it.
#
#     samples/Pronounce/check.sh path/to/Pronounce [path/to/model]
#
# Without the folder of a model only what needs none is checked. words.tsv in it, if there, has words and what they must become in its first and third columns.
set -u
export LC_ALL=C.UTF-8

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Pronounce [path/to/model]" >&2
    exit 2
fi

program=$1
model=${2-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# run INPUT ARGUMENT...: runs the program on this standard input.
run() {
    local input=$1
    shift
    printf "$input" | timeout 60 "$program" "$@" >"$folder/out" 2>"$folder/err"
    code=${PIPESTATUS[1]}
}

# check NAME CONDITION...: counts a check, and shows what the program said when it fails.
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name (exit code $code)" >&2
        head -n 5 "$folder/out" "$folder/err" >&2
    fi
}

exits() { [ "$code" -eq "$1" ]; }
complains() { [ ! -s "$folder/out" ] && [ "$(wc -l <"$folder/err")" -eq 1 ] && grep -q -e "$1" "$folder/err"; }

run '' --help
check '--help' exits 0
run '' word
check 'no model: exit code' exits 2
check 'no model: it is asked for' complains '--model'
run '' --model "$folder" word
check 'an empty folder: exit code' exits 1
check 'an empty folder: what it lacks' complains 'has no config.json'

if [ -n "$model" ]; then
    run '' --model "$model" wreck timber captcha
    check 'words as arguments' exits 0
    check 'words as arguments: a line each' [ "$(wc -l <"$folder/out")" -eq 3 ]
    run '\n\xFF\n' --model "$model"
    check 'an empty line, and one that is not UTF-8' exits 0
    check 'an empty line, and one that is not UTF-8: a line each' [ "$(wc -l <"$folder/out")" -eq 2 ]
    if [ -f "$model/words.tsv" ]; then
        grep -v '^#' "$model/words.tsv" | cut -f1 >"$folder/words"
        grep -v '^#' "$model/words.tsv" | cut -f3 >"$folder/expected"
        timeout 60 "$program" --model "$model" <"$folder/words" >"$folder/out" 2>"$folder/err"
        code=$?
        check 'words on standard input' exits 0
        check 'words on standard input: as recorded' cmp -s "$folder/expected" "$folder/out"
    fi
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
