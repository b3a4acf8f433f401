#!/bin/bash
# test.sh all | check [dotnet test arguments…]: runs the test projects and ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."
mode=${1:-all}; shift || true
fast=(Architecture Core Grpc Manager Agent Cli Stacks)
case $mode in
    # What tries hundreds of cases of one property, or needs a server, is left to `all`.
    check) projects=("${fast[@]}"); set -- --filter "FullyQualifiedName!~Fuzz&FullyQualifiedName!~Propert&FullyQualifiedName!~Random&FullyQualifiedName!~Chaos&FullyQualifiedName!~Postgres&FullyQualifiedName!~Consul" "$@" ;;
    all) projects=("${fast[@]}" Simulation EndToEnd) ;;
    *) projects=("$mode") ;;
esac
export UseSharedCompilation=true   # one compiler process for all projects, ended with this script
results=$(mktemp -d)
trap 'pkill -f -- "--results-directory $results" || true; rm -rf "$results"; dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true' EXIT
if [ "$mode" = check ]; then
    dotnet format whitespace Orchestrator.sln --verify-no-changes -v q || { echo "run: dotnet format whitespace Orchestrator.sln" >&2; exit 1; }
fi
dotnet build Orchestrator.sln -v q "-clp:ErrorsOnly;NoSummary" -nologo || exit 1
# The half of the end-to-end tests that runs beside the other.
beside="FullyQualifiedName~EndToEnd.Networks|FullyQualifiedName~EndToEnd.Clients|FullyQualifiedName~EndToEnd.Stack"
others=${beside//|/\&}
others=${others//\~/!~}
# Tests with real engines, kernels, servers and several processes, on a machine that is busy with others: at most three that failed are tried anew, alone, once,
# and named at the end, so that they are mended. Never those that count (lost requests, wrong moves), where once is too often.
again() {
    local file=$1 project=$2 names filter
    names=$(sed -nE 's/^ *Failed ([A-Za-z_][A-Za-z0-9_.]*).*\[.*\]$/\1/p' <<<"$3" | sort -u)
    [ -n "$names" ] && [ "$(wc -l <<<"$names")" -le 3 ] || return 1
    ! grep -qvE 'EndToEnd|Dataplane\.Kernel|ThreeManagerTests|Manager\.Store\.(Postgres|Consul|EmbeddedConsul)' <<<"$names" || return 1
    ! grep -qE 'lose|costs?_no|acknowledged|keep|lost|leaves?_nothing|stays?_|isolated|dropped|changes_no|restarts?_no|rolls_over|moves' <<<"$names" || return 1
    ! grep -qi 'run was aborted\|host process crashed' <<<"$3" || return 1   # some never ran
    filter=$(sed 's/^/FullyQualifiedName=/' <<<"$names" | paste -sd'|')
    echo "$project: once more, alone:" $names
    timeout -k 10 600 dotnet test "$file" --no-build --nologo -v q --logger "console;verbosity=minimal" \
        --blame-hang-timeout 4m --blame-hang-dump-type none --results-directory "$results" --filter "$filter" 2>&1 |
        tee "$results/$project.again" | grep -v '^\s*$' | tail -40
    grep -qE '^Passed! +- Failed: +0, Passed: +[1-9]' "$results/$project.again" || return 1
    sed 's/^/unsteady (failed beside others, passed alone): /' <<<"$names" >> "$results/unsteady"
}
# Runs one project, or a part of it ("EndToEnd.Networks"); prints its line and leaves its three counts.
run() {
    local project=$1 started=$SECONDS out status line f p s
    local file=tests/${project%%.*}/${project%%.*}.Tests.csproj
    local hang=4m
    shift
    if [ $# = 0 ] && [ "${project%%.*}" = EndToEnd ]; then
        case $project in
            *.Beside) set -- --filter "$beside" ;;
            *.*) set -- --filter "FullyQualifiedName~$project" ;;
            *) [ "$mode" != all ] || set -- --filter "$others" ;;
        esac
    fi
    [ -e "$file" ] || return 0
    [ "$project" != Simulation ] || hang=15m   # one test tries all seeds, and beside others it takes what they leave
    # A test that waits for ever is ended and named; whatever still holds our output then does not hold us up.
    out=$(timeout -k 10 1500 dotnet test "$file" --no-build --nologo -v q --logger "console;verbosity=minimal" \
        --blame-hang-timeout $hang --blame-hang-dump-type none --results-directory "$results" "$@" 2>&1)
    status=$?
    line=$(grep -E '(Passed|Failed|Skipped)! +- Failed:' <<<"$out" | tail -1)
    if [ -z "$line" ]; then
        printf '%s\n' "$out" | tail -40
        echo "$project: no result"
        echo "1 0 0" > "$results/$project.counts"
        return 0
    fi
    read -r f p s <<<"$(sed -E 's/.*Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+).*/\1 \2 \3/' <<<"$line")"
    [ "$status" = 0 ] || [ "$f" != 0 ] || f=1   # aborted: what ran had passed, the rest never ran
    [ "$f" = 0 ] || printf '%s\n' "$out" | grep -v '^\s*$' | tail -80
    if [ "$mode" = all ] && [ "$f" -gt 0 ] && again "$file" "$project" "$out"; then
        p=$((p + f)) f=0
    fi
    [ "$s" = 0 ] || printf '%s\n' "$out" | grep -E 'SKIP|Skipped ' | head -20
    printf '%-14s %5d passed %4d failed %4d skipped   %3d s\n' "$project" "$p" "$f" "$s" $((SECONDS - started))
    echo "$f $p $s" > "$results/$project.counts"
}

# The end-to-end tests mostly wait: two rows of them run side by side, and what only computes takes what they leave.
if [ "$mode" = all ] && [ $# = 0 ]; then
    (renice -n 5 $BASHPID >/dev/null
     for project in "${fast[@]}"; do run "$project"; done
     renice -n 19 $BASHPID >/dev/null
     run Simulation) > "$results/1.beside" 2>&1 &
    run EndToEnd.Beside > "$results/2.beside" 2>&1 &
    run EndToEnd
    wait
    cat "$results"/*.beside
else
    for project in "${projects[@]}"; do run "$project" "$@"; done
fi
read -r failed passed skipped <<<"$(cat "$results"/*.counts | awk '{ f += $1; p += $2; s += $3 } END { print f + 0, p + 0, s + 0 }')"
[ ! -e "$results/unsteady" ] || cat "$results/unsteady"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
