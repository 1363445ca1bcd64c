#!/usr/bin/env bash
# Coverage-guided fuzzing of one kind of file: coverage-guided.sh TARGET [SECONDS]. Needs AFL++ (apt-get install afl++) and SharpFuzz's command
# (dotnet tool install --global SharpFuzz.CommandLine). What is found lies in artifacts/fuzzing/TARGET/found/default/crashes and hangs; README.md
# tells how to read such a file again.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${1:?usage: coverage-guided.sh TARGET [SECONDS]}
seconds=${2:-3600}
folder=artifacts/fuzzing/$target
for command in afl-fuzz sharpfuzz; do
    command -v "$command" >/dev/null || { echo "$command is not there; the first lines of $0 say where it comes from." >&2; exit 2; }
done

# Instrumented anew each time: an assembly can be instrumented only once.
rm -rf "$folder/program"
dotnet build -c Release tests/KernelGen.Fuzzing -o "$folder/program"
for assembly in KernelGen KernelGen.Text KernelGen.Audio KernelGen.Generator; do
    sharpfuzz "$folder/program/$assembly.dll"
done
dotnet "$folder/program/KernelGen.Fuzzing.dll" seeds "$target" "$folder/seeds"

# The program is .NET's host, which is not instrumented, and its crashes need not be reported to the system.
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1
afl-fuzz -i "$folder/seeds" -o "$folder/found" -V "$seconds" -t 20000 -m none -- dotnet "$folder/program/KernelGen.Fuzzing.dll" coverage "$target"
