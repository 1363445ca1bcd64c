#!/usr/bin/env bash
# Checks the file system that root.sh makes: the service runs in it alone, as a user without rights, and the health check tells whether it does. It needs root,
# for mounts and chroot, but no Docker.
#
#     sudo samples/TranslateWebImage/check.sh path/to/root

if [ $# -ne 1 ] || [ ! -x "$1/TranslateWeb" ] || [ ! -x "$1/healthcheck" ]; then
    echo "usage: $0 path/to/root" >&2
    exit 2
fi

root=$1
program=$root/TranslateWeb
. "$(dirname "$0")/../Web/checks.sh"

# As the image says it, and as a container runs it: beside the image's files, which are read-only, there are only devices and processes.
inside=(unshare --mount bash -c '
    mount --bind "$0" "$0" && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -o remount,bind,ro "$0" &&
    exec env -i "PATH=$PATH" DOTNET_EnableDiagnostics=0 chroot --userspec=1654:1654 "$0" "$@"' "$root")

"${inside[@]}" /healthcheck 18080 2>"$folder/answer"
check 'no service: the health check fails' [ $? -eq 1 ]
check 'no service: it says why' [ -s "$folder/answer" ]
serve 10 "${inside[@]}" /TranslateWeb --urls=http://0.0.0.0:18080
check 'it listens' grep -q 'Now listening' "$folder/server"
check 'the health check succeeds' "${inside[@]}" /healthcheck 18080
curl -sS --max-time 30 -o "$folder/answer" http://127.0.0.1:18080/translate -d q=狗追猫。 -d source=zh -d target=en
check 'it translates' grep -q 'The dog chases the cat.' "$folder/answer"
check 'it has no rights' [ "$(stat -c %u "/proc/$server")" = 1654 ]
stop
check 'it ends when it is asked to' [ "$code" -eq 0 ]
echo "$(du -sb "$root" | cut -f1) bytes in $(find "$root" -type f | wc -l) files"
finish
