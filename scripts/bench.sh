#!/bin/bash
# bench.sh [scheduler|writer|writes|log|cluster|rolling|dns|dataplane|endpoints|startup] [options]: builds and runs the benchmarks; without a name all of them.
# bench.sh net [rounds] [words of paths]: the overlay's cost; a run of all paths writes its tables into docs/networking.md.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Bench.csproj -c Release -v q "-clp:ErrorsOnly;NoSummary" -nologo
bench=bench/bin/Release/net10.0/orch-bench.dll
run() { echo "== $*"; dotnet $bench "$@"; }

# Before other work of this host, where that may be asked for: what is measured is the kernel's way of a packet, not who else is busy.
net() {
    local tables
    tables=$(nice -n -10 dotnet $bench net "$@")
    printf '%s\n' "$tables"
    [ $# -le 1 ] || return 0
    scripts/between.sh docs/networking.md bench-net <<<"$tables"
}

if [ "${1:-}" = net ]; then net "${@:2}"; elif [ $# -gt 0 ]; then run "$@"
else for name in scheduler writer writes log cluster rolling dns dataplane endpoints startup; do run $name; done; fi
