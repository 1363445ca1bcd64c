#!/usr/bin/env bash
# Makes the whole file system of an image: the programs of a folder, and the libraries that they are linked to, at their places. Nothing else is in it.
#
#     samples/TranslateWebImage/root.sh PROGRAMS ROOT
set -euo pipefail

if [ $# -ne 2 ] || [ ! -d "$1" ]; then
    echo "usage: $0 PROGRAMS ROOT" >&2
    exit 2
fi

# Devices and processes are mounted where a container runs.
mkdir -p "$2/dev" "$2/proc"
for program in "$1"/*; do
    cp "$program" "$2/"
    ldd "$program" | grep -oE '/[^ ]+' | while read -r library; do
        mkdir -p "$2$(dirname "$library")"
        cp -L "$library" "$2$library"
    done
done
