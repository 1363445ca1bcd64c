#!/usr/bin/env bash
# Checks a built Translate from outside, as a user meets it.
#
#     samples/Translate/check.sh path/to/Translate
#
# An instruction set that this CPU or this build lacks must be refused; --isa is checked for that, too.

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Translate" >&2
    exit 2
fi

program=$1
. "$(dirname "$0")/../checks.sh"

prints() { printf "$1" | cmp -s - "$folder/out"; }
prints_lines() { [ "$(wc -l <"$folder/out")" -eq "$1" ]; }
is_silent() { [ ! -s "$folder/err" ]; }
warns_of_unknown() { [ -s "$folder/err" ] && ! grep -qv 'holds what the model does not know' "$folder/err"; }
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
check 'unknown characters: they are named' grep -q '^Translate: line 2 holds no character that the model knows' "$folder/err"

run '狗追猫。猫追狗。\n'
gives 'two sentences in one line' 0 'The dog chases the cat. The cat chases the dog.\n'

run '' --json '狗追龘。'
check '--json with an unknown character: it is named' grep -q '"unknown":\[{"text":"龘","start":2}\]' "$folder/out"

run '\xFF\xFE\x80\n\xE7\x8B\n狗追猫。\n'
check 'broken UTF-8' exits 0
check 'broken UTF-8: a line each' prints_lines 3
check 'broken UTF-8: the next line is translated' grep -q '^The dog chases the cat.$' "$folder/out"

long=$(printf '狗%.0s' {1..129})
run "狗追猫。\n$long\n猫追狗。\n"
check 'a line longer than the model takes' exits 0
check 'a line longer than the model takes: the others are translated' test "$(sed -n '1p;3p' "$folder/out")" = "$(printf "$dog$cat")"
check 'a line longer than the model takes: a line each' prints_lines 3
check 'a line longer than the model takes: no complaint' is_silent

sentences=$(printf '狗追猫。%.0s' {1..40})
run "$sentences\n猫追狗。\n"
check 'a line of many sentences' exits 0
check 'a line of many sentences: all are in one line' test "$(head -n 1 "$folder/out" | grep -o 'The dog chases the cat\.' | wc -l)" -eq 40
check 'a line of many sentences: the next line' test "$(tail -n 1 "$folder/out")" = 'The cat chases the dog.'

printf '狗追猫。%.0s' {1..8400} >"$folder/long.txt"
printf '\n' >>"$folder/long.txt"
printf '狗%.0s' {1..34000} >>"$folder/long.txt"
printf '\n猫追狗。' >>"$folder/long.txt"
run '' --file "$folder/long.txt"
check 'lines of 100 KB' exits 0
check 'lines of 100 KB: a line each' prints_lines 3
check 'lines of 100 KB: every sentence' test "$(head -n 1 "$folder/out" | grep -o 'The dog chases the cat\.' | wc -l)" -eq 8400
check 'lines of 100 KB: the last line' test "$(tail -n 1 "$folder/out")" = 'The cat chases the dog.'
check 'lines of 100 KB: no complaint' is_silent

words=$(dirname "$0")/model/word-order.tsv
grep -v '^#' "$words" | cut -f1 >"$folder/in.txt"
grep -v '^#' "$words" | cut -f2 >"$folder/expected.txt"
run '' --file "$folder/in.txt"
check '--file' exits 0
check '--file: all in order' cmp -s "$folder/expected.txt" "$folder/out"
check '--file: no bar where standard error is no terminal' is_silent

run '' --file "$folder/in.txt" --output "$folder/out.txt" --beam 4
check '--output and --beam' exits 0
check '--output and --beam: no output' prints ''
check '--output and --beam: no complaint' is_silent
check '--output and --beam: all in order' cmp -s "$folder/expected.txt" "$folder/out.txt"

if script --version >"$folder/script" 2>&1; then
    TERM=xterm script -qec "'$program' --file '$folder/in.txt' --output '$folder/out.txt'" "$folder/script" >"$folder/out" 2>"$folder/err" </dev/null
    code=$?
    check 'a bar on a terminal' exits 0
    check 'a bar on a terminal: it counts' grep -q '102 sentences, .* sentences/s' "$folder/out"
    check 'a bar on a terminal: the output has none' cmp -s "$folder/expected.txt" "$folder/out.txt"
fi

for precision in float32 bfloat16 int8; do
    run '' --precision $precision '狗追猫。' '猫追狗。'
    gives "--precision $precision" 0 "$dog$cat"
done

run '' --n-best 3 '狗追猫。' '' '猫追狗。'
check '--n-best' exits 0
check '--n-best: three for each sentence' prints_lines 6
check '--n-best: the best comes first' grep -qP '^1\t-0\.\d{4}\tThe dog chases the cat\.$' <(head -n 1 "$folder/out")
check '--n-best: numbers are of lines' grep -qP '^3\t-0\.\d{4}\tThe cat chases the dog\.$' <(sed -n 4p "$folder/out")
check '--n-best: scores fall' sort -c -t "$(printf '\t')" -k2,2gr <(head -n 3 "$folder/out")

run '狗追猫。\n\n' --json
check '--json' exits 0
check '--json: a line each' prints_lines 2
check '--json: source, translation, sentences' grep -qP \
    '^\{"source":"狗追猫。","translation":"The dog chases the cat\.","sentences":\[\{"source":"狗追猫。","start":0,"hypotheses":\[\{"text":"The dog chases the cat\.","score":-0\.\d+\}\]\}\]\}$' <(head -n 1 "$folder/out")
check '--json: an empty line' grep -q '^{"source":"","translation":"","sentences":\[\]}$' <(tail -n 1 "$folder/out")
check '--json: no complaint' is_silent

run '' --explain '狗追猫。'
check '--explain' exits 0
check '--explain: begins with the translation' test "$(head -n 1 "$folder/out")" = '狗追猫。 → The dog chases the cat.'
check '--explain: every layer' test "$(grep -cE '^(Self-attention, encoder|Self-attention, decoder|Cross-attention, decoder) layer [1-3]: ' "$folder/out")" -eq 9
check '--explain: every head' test "$(grep -o 'head [1-4]' "$folder/out" | wc -l)" -eq 36
steps=$(grep -c '^  [0-9]*\. after ' "$folder/out")
check '--explain: the causal mask in every head of the decoder' test "$(grep -o '··' "$folder/out" | wc -l)" -eq "$((1 + 3 * 4 * steps * (steps - 1) / 2))"
check '--explain: no padding to mask' grep -q '^Padding mask: nothing to mask' "$folder/out"
check '--explain: what encoder and decoder read' test "$(grep -cE '^(En|De)coder input: ' "$folder/out")" -eq 6
check '--explain: a token of each step is taken' test "$(grep -c '←' "$folder/out")" -eq "$steps"
check '--explain: five tokens for each step' test "$(grep -cE '^ +[0-9.]+ % ' "$folder/out")" -eq "$((5 * steps))"
check '--explain: the end token comes' grep -q '<eos> ←' "$folder/out"
check '--explain: no colours where there is no terminal' test "$(grep -c "$(printf '\033')" "$folder/out")" -eq 0
check '--explain: no complaint' is_silent
cp "$folder/out" "$folder/explained.txt"

run '' --explain "$(printf '\033[31m狗')"
check '--explain with an unknown character' exits 0
check '--explain with an unknown character: the terminal is not controlled' test "$(grep -c "$(printf '\033')" "$folder/out")" -eq 0

run '' --explain ''
refuses '--explain of nothing' 1 'empty'

run '' --explain "$long"
check '--explain of a sentence too long' exits 0
check '--explain of a sentence too long: its parts' grep -q '^Sentence 2 of 2$' "$folder/out"

run '' --attention "$folder/attention.svg" '<狗>&追"猫。'
check '--attention' exits 0
check '--attention: an SVG file' grep -q '^<svg xmlns' "$folder/attention.svg"
check '--attention: text is escaped' grep -q '&lt;狗&gt;&amp;追&quot;猫。' "$folder/attention.svg"
check '--attention: the last layer' grep -q 'mean of the 4 heads of decoder layer 3' "$folder/attention.svg"
check '--attention: unknown characters' warns_of_unknown

run '' --attention "$folder/head.svg" --head 2.4 --explain '狗追猫。'
check '--head' exits 0
check '--head: it is drawn' grep -q 'decoder layer 2, head 4' "$folder/head.svg"

run '' --attention "$folder/head.svg" --head 4.1 '狗追猫。'
refuses '--head that is not there' 1 '4.1'

run '' --attention "$folder/attention.png" '狗追猫。'
refuses '--attention that is no SVG' 2 'ends with .svg'

run '' --attention "$folder/two.svg" '狗追猫。猫追狗。'
refuses '--attention of two sentences' 1 'taken apart into 2'

run '' --attention "$folder/none/attention.svg" '狗追猫。'
refuses '--attention into a folder that is not there' 1 'none/attention.svg cannot be written'

run '' --file "$folder/none.txt"
refuses '--file that is not there' 1 'none.txt cannot be read'

run '' --file "$folder"
refuses '--file that is a folder' 1 'cannot be read'

run '' --output "$folder/none/out.txt" '狗追猫。'
refuses '--output into a folder that is not there' 1 'none/out.txt cannot be written'

run '' --output "$folder" '狗追猫。'
refuses '--output that is a folder' 1 'cannot be written'

run '' --file "$folder/in.txt" --output "$folder/in.txt"
refuses '--output over the input' 1 '--file names it, too'
ln -s in.txt "$folder/link.txt"
run '' --file "$folder/in.txt" --output "$folder/link.txt"
refuses '--output over the input, by a link' 1 '--file names it, too'
check '--output over the input: it is left alone' test -s "$folder/in.txt"

if [ -w /dev/full ]; then
    run '' --output /dev/full '狗追猫。'
    refuses '--output to a full disk' 1 'space'
fi

printf '\xFF\xFE\n\xE7\x8B\n狗追猫。\n' >"$folder/broken.txt"
run '' --file "$folder/broken.txt"
check '--file with broken UTF-8' exits 0
check '--file with broken UTF-8: a line each' prints_lines 3
check '--file with broken UTF-8: the next line is translated' test "$(tail -n 1 "$folder/out")" = 'The dog chases the cat.'

: >"$folder/empty.txt"
run '' --file "$folder/empty.txt"
gives 'an empty file' 0 ''

for arguments in '--beam 0' '--beam 33' '--beam x' '--n-best 0' '--beam 2 --n-best 3' '--precision int2' '--head 1' '--head 3.1' '--file a b' '--explain a b' '--explain a --json' '--attention a.svg a b'; do
    run '' $arguments
    refuses "$arguments" 2 "${arguments%% *}"
done

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
before=$(ls "$folder" | wc -l)
run '' --pack "$packed"
gives '--pack' 0 ''
check '--pack: nothing else is left in the folder' [ "$(ls "$folder" | wc -l)" -eq "$((before + 1))" ]

run '' --model "$packed" '狗追猫。' '猫追狗。'
gives '--model with a packed file' 0 "$dog$cat"

run '' --model "$packed" --explain '狗追猫。'
check '--explain with a packed file' exits 0
check '--explain with a packed file: the same numbers' cmp -s "$folder/explained.txt" "$folder/out"

run '' --model "$packed" --precision int8 '狗追猫。'
refuses '--model with a packed file of another precision' 1 'model.packed'

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

finish
