#!/usr/bin/env bash
# Checks a built Transcribe from outside, as a user meets it.
#
#     samples/Transcribe/check.sh path/to/Transcribe [model folder]
#
# The folder is that of the scripted model of tests/KernelGen.Samples.Tests, which says the same of every sound: they leave it where KERNELGEN_SCRIPTED_WHISPER says. Without it
# only what is wrong is checked.

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/Transcribe [model folder]" >&2
    exit 2
fi

program=$1
model=${2:-}
here=$(dirname "$0")
. "$here/../checks.sh"
speech=$here/../../tests/KernelGen.Audio.Tests/Data/jfk.wav

# hears FILE ARGUMENT...: runs the program with this file on standard input.
hears() {
    local file=$1
    shift
    timeout 60 "$program" "$@" <"$file" >"$folder/out" 2>"$folder/err"
    code=$?
}

prints() { printf "$1" | cmp -s - "$folder/out"; }
is_silent() { [ ! -s "$folder/err" ]; }
complains() { [ "$(wc -l <"$folder/err")" -eq 1 ] && grep -qF -e "$1" "$folder/err"; }

# gives NAME OUTPUT: success, and exactly this output.
gives() { check "$1" exits 0; check "$1: output" prints "$2"; check "$1: no complaint" is_silent; }

# refuses NAME CODE WORDS: the exit code, no output, one line on standard error.
refuses() { check "$1" exits "$2"; check "$1: no output" prints ''; check "$1: one line of complaint" complains "$3"; }

run '' --help
check '--help' exits 0
check '--help: names an option' grep -q -e '--detect-language' "$folder/out"
run ''
refuses 'no model' 2 '--model is missing'
run '' --model "$folder" --bogus
refuses 'an unknown option' 2 "'--bogus'"
run '' --model "$folder" --language klingon "$speech"
refuses 'a language that there is not' 2 "'klingon'"
run '' --model "$folder" --srt --json "$speech"
refuses 'two forms' 2 '--output'
run '' --model "$folder/none" "$speech"
refuses 'a folder that is not there' 1 'there is no folder'
run '' --model "$folder" "$speech"
refuses 'a folder without a model' 1 'has no config.json'
mkdir "$folder/other"
printf '{"model_type": "bart"}' >"$folder/other/config.json"
run '' --model "$folder/other" "$speech"
refuses 'a folder with another model' 1 "'bart'"
printf '{"model_type": "whisper", "d_model": 1280, "encoder_attention_heads": 20, "decoder_attention_heads": 20, "encoder_ffn_dim": 5120, "decoder_ffn_dim": 5120, "encoder_layers": 32, "decoder_layers": 32, "vocab_size": 51866, "num_mel_bins": 128, "max_source_positions": 1500, "max_target_positions": 448}' >"$folder/other/config.json"
run '' --model "$folder/other" "$speech"
refuses 'a model of other dimensions' 1 'Declare it'
run '' --model "$folder" --live "$speech"
refuses 'a file that is live' 2 'it does not go with files'
run '' --model "$folder" --live --rate 5
refuses 'a rate that there is not' 2 "'5'"

if [ -n "$model" ]; then
    said='Hello world.\n'
    run '' --model "$model" "$speech"
    gives 'a file' "$said"
    hears "$speech" --model "$model"
    gives 'standard input' "$said"
    run '' --model "$model" --int8 "$speech" "$speech"
    gives 'two files, in 8 bits' "==> $speech <==\n$said\n==> $speech <==\n$said"
    run '' --model "$model" --weights model.safetensors "$speech"
    gives 'weights by name' "$said"
    run '' --model "$model" --weights none.packed "$speech"
    refuses 'weights that are not there' 1 'none.packed'
    run '' --model "$model" --keep-silence --srt "$speech"
    gives 'SubRip' '1\n00:00:00,000 --> 00:00:02,000\nHello world.\n\n'
    run '' --model "$model" --json --words "$speech"
    check 'JSON' exits 0
    check 'JSON: the language' grep -qF '"language":"fr"' "$folder/out"
    check 'JSON: a word' grep -qF '"word":" Hello"' "$folder/out"
    run '' --model "$model" --detect-language "$speech"
    gives 'the language' 'fr\t1.0000\n'
    run '' --model "$model" --translate "$speech"
    gives 'a translation' 'English\n'
    run '' --model "$model" --output "$folder/texts" --vtt --tsv "$speech"
    gives 'files in a folder' ''
    check 'files in a folder: both are there' [ "$(ls "$folder/texts")" = "$(printf 'jfk.tsv\njfk.vtt')" ]
    run 'no audio' --model "$model"
    refuses 'no audio' 1 'Standard input'
    head -c 60000 "$speech" >"$folder/half.wav"
    run '' --model "$model" "$folder/half.wav"
    check 'half a file' exits 0
    check 'half a file: what is there is transcribed' prints "$said"
    check 'half a file: it is said' complains 'ends before what it announces'

    # The samples of a WAV file come after its header.
    tail -c +45 "$speech" >"$folder/speech.raw"
    hears "$folder/speech.raw" --model "$model" --live
    check 'live' exits 0
    check 'live: sentences' grep -qx 'Hello world.' "$folder/out"
    check 'live: nothing else' [ "$(sort -u "$folder/out")" = 'Hello world.' ]
    check 'live: no complaint' is_silent
    hears "$speech" --model "$model" --live
    refuses 'live, of a file' 1 'is a WAV file'
    run '' --model "$model" --live
    gives 'live, without a sample' ''
    if command -v script >/dev/null; then
        TERM=xterm script -qec "'$program' --model '$model' --live <'$folder/speech.raw'" /dev/null >"$folder/out" 2>"$folder/err" </dev/null
        check 'live, on a terminal: faint words' grep -qF "$(printf '\033[2mHello world.\033[0m')" "$folder/out"
        check 'live, on a terminal: a sentence' grep -qF "$(printf '\033[KHello world.')" "$folder/out"
    fi

    # It waits for standard input, which never ends, when it is told to end.
    sleep 30 | "$program" --model "$model" >"$folder/out" 2>"$folder/err" &
    waiting=$!
    sleep 2
    kill -TERM "$waiting"
    wait "$waiting"
    code=$?
    refuses 'interrupted' 1 'interrupted'
fi

finish
