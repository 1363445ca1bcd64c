#!/usr/bin/env bash
# Checks a built Translate from outside, as a user meets it.
#
#     samples/Translate/check.sh path/to/Translate
#
# An instruction set that this CPU or this build lacks must be refused; --isa is checked for that, too.
set -u
export LC_ALL=C.UTF-8

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Translate" >&2
    exit 2
fi

program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# Runs the program on standard input $1 (printf's escapes) with the remaining arguments.
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
        sed 's/^/  out: /' "$folder/out" >&2
        sed 's/^/  err: /' "$folder/err" >&2
    fi
}

exits() { [ "$code" -eq "$1" ]; }
prints() { printf "$1" | cmp -s - "$folder/out"; }
prints_lines() { [ "$(wc -l <"$folder/out")" -eq "$1" ]; }
is_silent() { [ ! -s "$folder/err" ]; }
complains() { [ "$(wc -l <"$folder/err")" -eq 1 ] && grep -q -e "$1" "$folder/err"; }

# gives NAME CODE OUTPUT: the exit code and exactly this output, nothing on standard error.
gives() { check "$1" exits "$2"; check "$1: output" prints "$3"; check "$1: no complaint" is_silent; }

# refuses NAME CODE PATTERN: the exit code, no output, one line on standard error.
refuses() { check "$1" exits "$2"; check "$1: no output" prints ''; check "$1: one line of complaint" complains "$3"; }

dog='The dog chases the cat.\n'
cat='The cat chases the dog.\n'

run '' '狗追猫。' '猫追狗。'
gives 'two sentences as arguments' 0 "$dog$cat"

run '狗追猫。\n猫追狗。\n'
gives 'two sentences on standard input' 0 "$dog$cat"

run '狗追猫。\r\n猫追狗。'
gives 'other line ends, and none at the end' 0 "$dog$cat"

run '\xEF\xBB\xBF狗追猫。\n'
gives 'a byte order mark' 0 "$dog"

run ' 狗 追　猫。\n'
gives 'spaces, also full-width ones' 0 "$dog"

run ''
gives 'no input' 0 ''

run '\n狗追猫。\n  \n'
gives 'empty lines' 0 "\n$dog\n"

run '' ''
gives 'an empty argument' 0 '\n'

run '' -- '狗追猫。'
gives 'a double dash' 0 "$dog"

run '龘靐齉爩\n\U0001F600\n<unk>\n'
check 'unknown characters' exits 0
check 'unknown characters: a line each' prints_lines 3
check 'unknown characters: no complaint' is_silent

run '\xFF\xFE\x80\n\xE7\x8B\n狗追猫。\n'
check 'broken UTF-8' exits 0
check 'broken UTF-8: a line each' prints_lines 3
check 'broken UTF-8: the next line is translated' grep -q '^The dog chases the cat.$' "$folder/out"

long=$(printf '狗%.0s' {1..128})
run "狗追猫。\n$long\n猫追狗。\n"
check 'a line too long' exits 1
check 'a line too long: the others are translated' prints "$dog\n$cat"
check 'a line too long: it is named' complains '^Translate: sentence 2 has 128 characters'

run "${long%狗}\n"
check 'the longest line' exits 0
check 'the longest line: no complaint' is_silent

run '' --time '狗追猫。'
check '--time' exits 0
check '--time: output' prints "$dog"
check '--time: one line on standard error' complains 'sentences/s.*tokens/s'

run '' --help
check '--help' exits 0
check '--help: names the options' grep -q -e '--isa' "$folder/out"

run '' --version
check '--version' exits 0
check '--version: one line' prints_lines 1

run '' --bogus
refuses 'an unknown option' 2 "'--bogus'"

run '' '狗追猫。' -x
refuses 'an unknown option after a sentence' 2 "'-x'"

run '' --isa
refuses '--isa without a value' 2 '--isa'

run '' --isa mmx '狗追猫。'
refuses '--isa with a wrong value' 2 "'mmx'"

run '' --isa portable '狗追猫。'
gives '--isa portable' 0 "$dog"

packed=$folder/model.packed
run '' --pack "$packed"
gives '--pack' 0 ''
check '--pack: nothing else is left in the folder' [ "$(ls "$folder" | wc -l)" -eq 3 ]

run '' --model "$packed" '狗追猫。' '猫追狗。'
gives '--model with a packed file' 0 "$dog$cat"

run '' --model "$packed" --isa portable '狗追猫。'
gives '--model with a packed file and --isa portable' 0 "$dog"

run '' --model "$packed" --pack "$folder/again.packed" '狗追猫。'
gives '--pack with a sentence' 0 "$dog"
check '--pack: the same bytes from a packed file' cmp -s "$packed" "$folder/again.packed"

run '' --model "$(dirname "$0")/model/model.safetensors" '狗追猫。'
gives '--model with safetensors' 0 "$dog"

head -c 1000000 "$packed" >"$folder/short.packed"
run '' --model "$folder/short.packed" '狗追猫。'
refuses '--model with half a file' 1 'short.packed.*truncated'

run '' --model "$folder/none.packed" '狗追猫。'
refuses '--model with a file that is not there' 1 'none.packed'

run '' --pack "$folder/none/model.packed"
refuses '--pack into a folder that is not there' 1 'none/model.packed.*cannot be written'

for set in avx2 avx512; do
    run '' --isa $set '狗追猫。' '猫追狗。'
    if [ "$code" -eq 0 ]; then
        gives "--isa $set" 0 "$dog$cat"
    else
        echo "--isa $set is not to be had here; checking that it is refused."
        refuses "--isa $set" 1 "--isa $set cannot be used"
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
