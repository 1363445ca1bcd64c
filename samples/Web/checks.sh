# What the scripts share that check services, beside samples/checks.sh; each reads it in, with its program's path in $program.
. "$(dirname "${BASH_SOURCE[0]}")/../checks.sh"

shown=(answer server)
server=
address=
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null; rm -rf "$folder"' EXIT
: >"$folder/answer"
: >"$folder/server"

# serve SECONDS COMMAND...: starts a service, and waits so long at most until it says where it listens, which is then in "address".
serve() {
    local tenths=$((10 * $1))
    shift
    "$@" >"$folder/server" 2>&1 &
    server=$!
    address=
    for _ in $(seq "$tenths"); do
        address=$(grep -oE 'http://[0-9.]+:[1-9][0-9]*' "$folder/server" | head -n 1)
        [ -z "$address" ] || break
        sleep 0.1
    done
}

# stop: asks the service to end; how it ended is in "code".
stop() {
    kill -TERM "$server"
    wait "$server"
    code=$?
    server=
}

# request STATUS PATH [CURL OPTION...]: whether the answer has this status; it is left in the file "answer".
request() {
    local status=$1 path=$2
    shift 2
    [ "$(curl -sS --max-time 30 -o "$folder/answer" -w '%{http_code}' "$address$path" "$@" 2>>"$folder/server")" = "$status" ]
}

holds() { grep -qaF -e "$1" "$folder/answer"; }
