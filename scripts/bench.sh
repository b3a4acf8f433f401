#!/bin/bash
# bench.sh [scheduler|writer|writes|log|cluster|rolling|dns|dataplane|endpoints|startup] [options]: builds and runs the benchmarks; without a name all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Bench.csproj -c Release -v q "-clp:ErrorsOnly;NoSummary" -nologo
run() { echo "== $*"; dotnet bench/bin/Release/net10.0/orch-bench.dll "$@"; }
if [ $# -gt 0 ]; then run "$@"; else for name in scheduler writer writes log cluster rolling dns dataplane endpoints startup; do run $name; done; fi
