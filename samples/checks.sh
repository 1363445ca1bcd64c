# What the samples' check.sh scripts share; each reads it in, with its program's path in $program.
#
# "folder" is for their files; those named in "shown" are shown when a check fails.
set -u
export LC_ALL=C.UTF-8

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
shown=(out err)
code=
passed=0
failed=0

# run INPUT ARGUMENT...: runs the program on this standard input (printf's escapes); what it writes is left in the files "out" and "err".
run() {
    local input=$1
    shift
    printf "$input" | timeout 60 "$program" "$@" >"$folder/out" 2>"$folder/err"
    code=${PIPESTATUS[1]}
}

# check NAME COMMAND...: counts a check, and shows what the program said when it fails.
check() {
    local name=$1 file
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name${code:+ (exit code $code)}" >&2
        for file in "${shown[@]}"; do
            sed "s/^/  $file: /" "$folder/$file" >&2
        done
    fi
}

exits() { [ "$code" -eq "$1" ]; }

# finish: the last line of a script, which says how it went.
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
