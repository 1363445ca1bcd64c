#!/usr/bin/env bash
# Checks a built Pronounce from outside, as a user meets it.
#
#     samples/Pronounce/check.sh path/to/Pronounce [path/to/model]
#
# Without the folder of a model only what needs none is checked. words.tsv in it, if there, has words and what they must become in its first and third columns.

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Pronounce [path/to/model]" >&2
    exit 2
fi

program=$1
model=${2-}
. "$(dirname "$0")/../checks.sh"

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

finish
