#!/usr/bin/env bash
# Checks a built TranscribeWeb from outside, as a client meets it.
#
#     samples/TranscribeWeb/check.sh path/to/TranscribeWeb [model folder]
#
# The folder is that of the scripted model of tests/KernelGen.Samples.Tests, which says the same of every sound: they leave it where KERNELGEN_SCRIPTED_WHISPER says. Without it
# only what is wrong is checked.

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/TranscribeWeb [model folder]" >&2
    exit 2
fi

program=$1
model=${2:-}
here=$(dirname "$0")
. "$here/../Web/checks.sh"

# frame KIND FILE: a frame of a WebSocket with a file of 126 to 65,535 bytes in it, under a mask of zeros (RFC 6455, 5.2).
frame() {
    local size
    size=$(stat -c %s "$2")
    printf "\\x$1\\xfe\\x$(printf %02x $((size / 256)))\\x$(printf %02x $((size % 256)))\\0\\0\\0\\0"
    cat "$2"
}

# talk FILE: connects to /live and sends samples of 16 bits; what comes back is left in the file "answer".
talk() {
    local port=${address##*:} part
    printf '%-130s' '{"sampleRate": 16000}' >"$folder/start"
    printf '%-130s' '{"end": true}' >"$folder/end"
    split -b 32000 "$1" "$folder/part."
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /live HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n' "$port" >&3
    frame 81 "$folder/start" >&3
    for part in "$folder"/part.*; do
        frame 82 "$part" >&3
    done
    frame 81 "$folder/end" >&3
    timeout 60 cat <&3 >"$folder/answer" 2>/dev/null
    exec 3>&-
}

"$program" >"$folder/answer" 2>&1
check 'no model: exit code' [ $? -eq 1 ]
check 'no model: it is named' holds 'TranscribeWeb: the setting Transcribe:Model is missing'
"$program" --Transcribe:Model="$folder" >"$folder/answer" 2>&1
check 'a folder without a model: exit code' [ $? -eq 1 ]
check 'a folder without a model: it is named' holds 'has no config.json'

if [ -n "$model" ]; then
    serve 30 "$program" --urls=http://127.0.0.1:0 --Transcribe:Model="$model"
    check 'it listens' [ -n "$address" ]
    check 'health' request 200 /health
    check 'health: ready' holds 'ready'
    check 'the page' request 200 /
    check 'the page: it is whole' holds '<option value="de">German</option>'
    check 'no WebSocket' request 426 /live
    jfk="$here/../../tests/KernelGen.Audio.Tests/Data/jfk.wav"
    check 'a file' request 200 /v1/audio/transcriptions -F file=@"$jfk" -F model=whisper-1 -F language=en
    check 'a file: its text' holds '{"text":"Hello world.'
    check 'a file, subtitles' request 200 /v1/audio/transcriptions -F file=@"$jfk" -F response_format=srt -F language=en
    check 'a file, subtitles: a time' holds '00:00:00,000 --> '
    check 'no audio' request 400 /v1/audio/transcriptions -F file=@"$0"
    check 'no audio: the error' holds '"type":"invalid_request_error"'
    check 'another page' request 403 /live -H 'Origin: https://other.example' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
    check 'another host' request 400 /health -H 'Host: rebound.example'
    tail -c +45 "$here/../../tests/KernelGen.Audio.Tests/Data/jfk.wav" >"$folder/speech.raw"
    talk "$folder/speech.raw"
    check 'speech: it is heard' holds '{"listens":true}'
    check 'speech: partial words' holds '"partial":" Hello world."'
    check 'speech: a sentence' holds '"text":"Hello world."'
    check 'speech: the end' holds 'All that was heard is written.'

    stop
    check 'it ends when it is asked to' [ "$code" -eq 0 ]
fi

finish
