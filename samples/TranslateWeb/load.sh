#!/usr/bin/env bash
# Loads a built TranslateWeb from outside, with wrk (Debian's package of that name); takes minutes, and is not run in CI.
#
#     samples/TranslateWeb/load.sh path/to/TranslateWeb throughput [SECONDS]   1, 8 and 64 clients: together, and one by one
#     samples/TranslateWeb/load.sh path/to/TranslateWeb overload [SECONDS]     twice as many requests as it answers: codes, latency, memory
#     samples/TranslateWeb/load.sh path/to/TranslateWeb connections [SECONDS]  10,000 connections at once
[ $# -ge 2 ] && [ -x "$1" ] && command -v wrk >/dev/null || { echo "usage: $0 path/to/TranslateWeb throughput|overload|connections [SECONDS]; it takes wrk" >&2; exit 2; }
program=$1
what=$2
seconds=${3:-10}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../Web/checks.sh"
probe=
trap '[ -z "$probe" ] || kill "$probe" 2>/dev/null; [ -z "$server" ] || kill -KILL "$server" 2>/dev/null; rm -rf "$folder"' EXIT

start() { serve 30 "$program" --urls=http://127.0.0.1:0 --Translate:ClientRequests=100000 "$@"; }

end() {
    stop
    echo "  ended with exit code $code"
}

load() { wrk -t2 -s "$here/load.lua" "$@" "$address" >"$folder/wrk" 2>&1; grep -E '^ALL' "$folder/wrk" | sed 's/^ALL //' || cat "$folder/wrk"; }

memory() { awk '/VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$server/status"; }

case $what in
throughput)
    for batch in 64 1; do
        for clients in 1 8 64; do
            start --Translate:MaxBatch=$batch
            load -c2 -d2s >/dev/null
            echo "batches of at most $batch, $clients clients: $(if [ "$clients" -eq 1 ]; then wrk -t1 -c1 -d"${seconds}s" -s "$here/load.lua" "$address" | grep -E '^ALL' | sed 's/^ALL //'; else load -c"$clients" -d"${seconds}s"; fi)"
            stop
        done
    done
    ;;
overload)
    start --Translate:Queue=64
    load -c64 -d5s
    capacity=$(sed -n 's/^ACCEPTED //p' "$folder/wrk")
    clients=1000
    export LOAD_DELAY=$((clients * 1000 / (2 * capacity)))
    echo "it answers $capacity a second; $clients connections ask every $LOAD_DELAY ms, in the mean"
    # One more client tells how long answers take that are no refusals.
    (while true; do
        curl -s -o /dev/null -w '%{http_code} %{time_total}\n' -H 'Content-Type: application/json' -d '{"q": "狗追猫。", "source": "zh", "target": "en"}' "$address/translate"
        sleep 0.05
    done) >"$folder/probe" &
    probe=$!
    (for _ in $(seq $((seconds / 10))); do sleep 10; echo "  memory: $(memory)"; done) &
    load -c$clients -d"${seconds}s" --timeout 30s
    kill "$probe"
    probe=
    awk '$1 == 200 { print $2 * 1000 }' "$folder/probe" | sort -n | awk '{ all[NR] = $1 } END { printf "accepted requests of one more client: %d, half within %.0f ms, 99 %% within %.0f ms, the longest %.0f ms\n", NR, all[int((NR + 1) / 2)], all[int(NR * 0.99 + 0.5)], all[NR] }'
    echo "its codes: $(awk '{ count[$1]++ } END { for (code in count) printf "%s: %d ", code, count[code] }' "$folder/probe")"
    sleep 15
    echo "memory when it is over: $(memory)"
    end
    ;;
connections)
    ulimit -n "$(ulimit -Hn)"
    start
    echo "memory before: $(memory)"
    load -c10000 -d"${seconds}s" --timeout 30s
    echo "memory under 10,000 connections: $(memory)"
    sleep 15
    echo "memory when it is over: $(memory); open files: $(find "/proc/$server/fd" -mindepth 1 | wc -l)"
    curl -s -H 'Content-Type: application/json' -d '{"q": "狗追猫。", "source": "zh", "target": "en"}' "$address/translate"
    echo
    end
    ;;
*)
    echo "$what is none of throughput, overload and connections" >&2
    exit 2
    ;;
esac
