#!/usr/bin/env bash
# Measures what a silo costs beside a process of Translate, and two silos beside two such processes: in turns, each on one thread, with the same sentences.
#
#     samples/TranslateCluster/measure.sh FOLDER [REPETITIONS [TURNS]]
#
# FOLDER has both programs (a build of TranslateCluster has Translate, too). The sentences are those of samples/Translate/model/word-order.tsv, so many times.
set -euo pipefail
export LC_ALL=C.UTF-8

if [ $# -lt 1 ] || [ ! -e "$1/TranslateCluster.dll" ]; then
    echo "usage: $0 FOLDER [REPETITIONS [TURNS]], where FOLDER has TranslateCluster.dll" >&2
    exit 2
fi

programs=$1
repetitions=${2:-300}
turns=${3:-3}
folder=$(mktemp -d)
silos=()

stop() {
    for silo in "${silos[@]}"; do
        kill "$silo" 2>/dev/null || true
        wait "$silo" 2>/dev/null || true
    done
    silos=()
}
trap 'stop; rm -rf "$folder"' EXIT

grep -v '^#' "$(dirname "$0")/../Translate/model/word-order.tsv" | cut -f1 >"$folder/once.txt"
for _ in $(seq "$repetitions"); do cat "$folder/once.txt"; done >"$folder/in.txt"

# alone NAME: one process; writes the seconds that it translates.
alone() {
    dotnet "$programs/Translate.dll" --file "$folder/in.txt" --output "$folder/$1.alone" --time 2>&1 | grep -oP 'tokens in \K[0-9.]+'
}

# start N: N silos of one thread each.
start() {
    for silo in $(seq "$1"); do
        dotnet "$programs/TranslateCluster.dll" silo --database "$folder/cluster.db" --threads 1 >"$folder/silo$silo.log" &
        silos+=($!)
    done
    for silo in $(seq "$1"); do
        until grep -q 'has joined' "$folder/silo$silo.log"; do sleep 0.1; done
    done
}

# together INPUT: a job; writes the seconds from its beginning to its end.
together() {
    dotnet "$programs/TranslateCluster.dll" translate --database "$folder/cluster.db" --shard 131072 "$1" "$folder/together.out" | grep -oP 'sentences in \K[^ :]+(:[0-9]+)*' | awk -F: '{ s = 0; for (i = 1; i <= NF; i++) s = s * 60 + $i; print s }'
}

show() { awk -v name="$1" -v lines="$2" -v seconds="$3" 'BEGIN { printf "%-24s %6d sentences in %6.2f s: %7.1f a second\n", name, lines, seconds, lines / seconds }'; }

lines=$(wc -l <"$folder/in.txt")
cat "$folder/in.txt" "$folder/in.txt" >"$folder/twice.txt"
for _ in $(seq "$turns"); do
    show 'one process' "$lines" "$(alone one)"
    start 1
    show 'one silo' "$lines" "$(together "$folder/in.txt")"
    stop
    cmp "$folder/one.alone" "$folder/together.out"

    alone first >"$folder/first.seconds" &
    first=$!
    alone second >"$folder/second.seconds"
    wait $first
    show 'two processes' "$((2 * lines))" "$(sort -n "$folder/first.seconds" "$folder/second.seconds" | tail -n 1)"
    start 2
    show 'two silos' "$((2 * lines))" "$(together "$folder/twice.txt")"
    stop
done
