#!/bin/bash
# sim.sh N: runs N further seeds of the simulation; where earlier runs ended is kept in .soak/simulation.tsv.
set -uo pipefail
cd "$(dirname "$0")/.."
total=${1:-20000}
chunk=${ORCH_SIM_CHUNK:-2000}
mkdir -p .soak
book=.soak/simulation.tsv
first=${ORCH_SIM_FIRST_SEED:-$(awk -F'\t' '{ if ($2 + $3 > next_) next_ = $2 + $3 } END { print next_ > 0 ? next_ : 1 }' "$book" 2>/dev/null || echo 1)}
first=${first:-1}
dotnet build tests/Simulation/Simulation.Tests.csproj -c Release -v q "-clp:ErrorsOnly;NoSummary" -nologo || exit 1
started=$SECONDS done_=0
while [ "$done_" -lt "$total" ]; do
    count=$((total - done_ < chunk ? total - done_ : chunk))
    out=$(ORCH_SIM_SEEDS=$count ORCH_SIM_FIRST_SEED=$first dotnet test tests/Simulation/Simulation.Tests.csproj -c Release --no-build \
        --nologo --logger "console;verbosity=normal" --filter FullyQualifiedName~Every_seed 2>&1)
    if [ $? -ne 0 ]; then
        printf '%s\n' "$out"
        printf '%s\t%s\t%s\tfailed\n' "$(date -u +%F)" "$first" 0 >> "$book"
        exit 1
    fi
    printf '%s\t%s\t%s\tclean\n' "$(date -u +%F)" "$first" "$count" >> "$book"
    first=$((first + count)) done_=$((done_ + count))
    elapsed=$((SECONDS - started))
    echo "$done_ seeds clean, $((done_ / (elapsed > 0 ? elapsed : 1))) seeds/s"
done
awk -F'\t' '$4 == "clean" { n += $3 } END { print n " seeds clean so far in this tree (.soak/simulation.tsv)" }' "$book"
