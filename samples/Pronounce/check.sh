#!/usr/bin/env bash
# Checks a built Pronounce from outside, as a user meets it.
#
#     samples/Pronounce/check.sh path/to/Pronounce

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Pronounce" >&2
    exit 2
fi

program=$1
here=$(dirname "$0")
. "$here/../checks.sh"

prints() { printf "$1" | cmp -s - "$folder/out"; }
is_silent() { [ ! -s "$folder/err" ]; }
complains() { [ ! -s "$folder/out" ] && [ "$(wc -l <"$folder/err")" -eq 1 ] && grep -q -e "$1" "$folder/err"; }

words='HH EH L OW\nW ER L D\nSH IY Z\n'
run '' hello WORLD "she's"
check 'words as arguments' exits 0
check 'words as arguments: output' prints "$words"
check 'words as arguments: no complaint' is_silent
run 'hello\r\nWORLD\nshe’s'
check 'words on standard input' exits 0
check 'words on standard input: output' prints "$words"
run ''
check 'no input' exits 0
check 'no input: no output' prints ''
run '\n\xFF\nhello\n'
check 'an empty line, and one that is not UTF-8' exits 0
check 'an empty line, and one that is not UTF-8: a line each' prints '\n\nHH EH L OW\n'
check 'what is not UTF-8 is named' grep -q 'word 2 has letters that the model does not know' "$folder/err"
run '' "$(printf 'a%.0s' {1..64})" hello
check 'a word too long' exits 1
check 'a word too long: the others are pronounced' prints '\nHH EH L OW\n'

run '' --help
check '--help' exits 0
check '--help: names the command' grep -q 'train' "$folder/out"
run '' --bogus
check 'an unknown option' exits 2
check 'an unknown option: it is named' complains "'--bogus'"
run '' --model "$folder/none" hello
check 'weights that are not there' exits 1
check 'weights that are not there: they are named' complains 'none'
run '' train --dictionary "$folder"
check 'a dictionary that is not there' exits 1
check 'a dictionary that is not there: it is named' complains 'has no train.tsv'

mkdir "$folder/words"
head -n 40 "$here/dictionary/train.tsv" >"$folder/words/train.tsv"
head -n 10 "$here/dictionary/dev.tsv" >"$folder/words/dev.tsv"
run '' train --dictionary "$folder/words" --output "$folder/run" --epochs 3 --threads 2
check 'train' exits 0
check 'train: its score' grep -q '% of the words of dev.tsv are wrong' "$folder/out"
check 'train: the picture' grep -q '^<svg' "$folder/run/training.svg"
run '' train --dictionary "$folder/words" --output "$folder/run" --epochs 3 --threads 1
check 'train again: it goes on' grep -q 'The run goes on from .*, step 3' "$folder/err"
run '' --model "$folder/run/model.safetensors" hello
check 'train: the model pronounces' exits 0
cp "$folder/run/training.state" "$folder/words/broken"
head -c 1000 "$folder/words/broken" >"$folder/run/training.state"
run '' train --dictionary "$folder/words" --output "$folder/run" --epochs 3
check 'train with half a state' exits 1
check 'train with half a state: it is named' complains 'training.state'

finish
