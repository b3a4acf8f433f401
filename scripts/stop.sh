#!/bin/bash
# Ends what run.sh started: services, daemons, the engine it started, and every file of theirs.
set -uo pipefail
. "$(dirname "$0")/run-env.sh"
# Deletes every rule that leads to the engine's chains or names its bridge, then the chains themselves.
forget_engine_rules() {
    command -v "$1" >/dev/null || return 0
    for table in filter nat; do
        "$1" -w -t $table -S 2>/dev/null | grep -E '^-A .*(DOCKER|docker0)' | while read -r _ rule; do
            xargs "$1" -w -t $table -D <<<"$rule"
        done
        for chain in $("$1" -w -t $table -S 2>/dev/null | sed -nE 's/^-N (DOCKER.*)/\1/p'); do
            "$1" -w -t $table -F "$chain"
            "$1" -w -t $table -X "$chain"
        done
    done 2>/dev/null
    [ -s "$state/engine/$1.forward" ] && "$1" -w -P FORWARD "$(cat "$state/engine/$1.forward")"
    return 0
}
[ -e "$state" ] || { echo "nothing to stop"; exit 0; }
if [ -e "$state/data/node.json" ]; then
    orch leave --force "${places[@]}" || orch stop "${places[@]}"
fi
if [ -s "$state/engine/pid" ]; then
    pid=$(cat "$state/engine/pid")
    kill "$pid" 2>/dev/null
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    awk -v d="$state/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount -l
    # An engine leaves its bridge and its rules behind; when none runs any more, nobody uses them.
    if ! pgrep -x dockerd >/dev/null; then
        ip link del docker0 2>/dev/null
        for family in iptables ip6tables; do forget_engine_rules $family; done
    fi
    rm -rf /run/orch-run-engine
fi
rm -rf "$state"
[ -e "$state" ] && { echo "could not remove $state" >&2; exit 1; }
echo "stopped; nothing is left"
