#!/bin/bash
# soak.sh SCENARIO SECONDS: repeats one fault for as long as the budget lasts, and adds what it did to docs/soak.tsv
# (scenario, date, count, seconds, result, measurements). Stop it whenever you like and run it again: counts add up.
# The table in docs/reliability.md is written anew from that file.
set -uo pipefail
cd "$(dirname "$0")/.."
scenario=${1:-list} budget=${2:-300} ledger=docs/soak.tsv
each=0 filter= variable= project=tests/EndToEnd/EndToEnd.Tests.csproj
case $scenario in
    kill) each=20 variable=ORCH_KILLS filter=Daemons_killed_at_random_moments ;;
    freeze) each=20 variable=ORCH_FREEZES filter=A_machine_that_freezes ;;
    partition) each=20 variable=ORCH_PARTITIONS filter=A_machine_that_is_cut_off_for_a_second ;;
    power) each=5 variable=ORCH_POWER_LOSSES filter=When_a_machine_loses_power ;;
    corruption) each=65536 variable=ORCH_CORRUPTION_CASES filter=Corruption project=tests/Manager/Manager.Tests.csproj ;;
    yaml) each=10000 variable=ORCH_FUZZ filter=FuzzTests project=tests/Stacks/Stacks.Tests.csproj ;;
    stack) each=10 variable=ORCH_STACK_ROUNDS filter=A_stack_that_comes_and_goes ;;
    api) each=10000 variable=ORCH_API_BODIES filter=Every_changed_body project=tests/Manager/Manager.Tests.csproj ;;
    dns) each=5000000 variable=ORCH_DNS_PACKETS filter=Whatever_the_packet project=tests/Agent/Agent.Tests.csproj ;;
    starts) each=50 variable=ORCH_FIRST_CONNECTIONS filter=A_container_s_first_connection ;;
    requests) each=10000 variable=ORCH_REQUESTS filter=A_rolling_update_loses_no_request ;;
    agents) each=20 variable=ORCH_AGENT_KILLS filter=names_are_back_when_the_agent_is_killed ;;
    networks) each=10 variable=ORCH_NETWORK_ROUNDS filter=Nothing_stays_of_networks ;;
    overlay-requests) each=10000 variable=ORCH_OVERLAY_REQUESTS filter=OverlayTests.Updates_drains_and_scales ;;
    overlay-losses) each=5 variable=ORCH_OVERLAY_LOSSES filter=Tasks_of_a_machine_that_lost_power_leave ;;
    overlay-kills) each=20 variable=ORCH_OVERLAY_KILLS filter=Agents_killed_under_traffic_over_machines ;;
    overlay-networks) each=10 variable=ORCH_OVERLAY_ROUNDS filter=Nothing_stays_on_any_machine ;;
    leader-kills) each=20 variable=ORCH_LEADER_KILLS filter=Leaders_are_killed_while project=tests/Manager/Manager.Tests.csproj ;;
    table) ;;
    *)
        echo "scenarios: kill (daemons, kill -9 under writes)  freeze (a machine, 1.5 s)  partition (of one, 1 s)  power (a machine loses power)"
        echo "           corruption (of a log, byte by byte)  yaml (broken stack files)  stack (deploy and rm)  api (changed bodies)"
        echo "           dns (packets at the name server)  starts (first connections)  requests (under updates)  agents (killed under traffic)"
        echo "           networks (come and go)  overlay-requests  overlay-losses (of a machine)  overlay-kills (of agents)  overlay-networks: the same over machines"
        echo "           leader-kills (of three managers over PostgreSQL, under writes)"
        echo "           table (write docs/reliability.md anew)"
        echo "example:   make soak SCENARIO=kill BUDGET=600"
        [ "$scenario" = list ]; exit ;;
esac

table() {
    local rows
    rows=$(sort -t$'\t' -k1,1 "$ledger" 2>/dev/null | awk -F'\t' '
        function rank(v, c, i, j, t) { for (i = 2; i <= c; i++) { t = v[i] + 0
            for (j = i - 1; j >= 1 && v[j] + 0 > t; j--) v[j + 1] = v[j]; v[j + 1] = t } }
        { n[$1] += $3; s[$1] += $4; if ($5 != "ok") bad[$1]++; last[$1] = $2; m[$1] = m[$1] " " $6 }
        END { for (k in n) {
            c = split(m[k], v, " "); rank(v, c); line = "–"
            if (c) line = sprintf("p50 %.2f s, max %.2f s (n=%d)", v[int((c+1)/2)], v[c], c)
            printf "| %s | %d | %d | %s | %d min | %s |\n", k, n[k], bad[k], line, s[k]/60, last[k] } }' 2>/dev/null)
    printf '%s\n' '| scenario | faults | failed runs | measured | time spent | last run |' '|---|--:|--:|---|--:|---|' "$rows" |
        scripts/between.sh docs/reliability.md soak
}
[ "$scenario" = table ] && { table; exit; }

dotnet build "$project" -v q "-clp:ErrorsOnly;NoSummary" -nologo || exit 1
ends=$((SECONDS + budget)) done_=0
while [ $SECONDS -lt $ends ]; do
    started=$SECONDS
    # Seeds go on where earlier runs ended.
    seed=$(awk -F'\t' -v s="$scenario" '$1 == s { n += $3 } END { print n + 1 }' "$ledger")
    out=$(env "$variable=$each" "${variable}_SEED=$seed" dotnet test "$project" --no-build --nologo --filter "FullyQualifiedName~$filter" \
        --logger "console;verbosity=detailed" 2>&1)
    result=ok
    grep -q 'Test Run Successful' <<<"$out" || { result=failed; printf '%s\n' "$out" | tail -40; }
    measured=$(grep -oE 'elsewhere: [0-9.]+' <<<"$out" | cut -d' ' -f2 | paste -sd' ')
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$scenario" "$(date +%F)" "$each" $((SECONDS - started)) "$result" "$measured" >>"$ledger"
    done_=$((done_ + each))
    echo "$scenario: $done_ so far in this run, $result"
    [ $result = ok ] || break
done
table
