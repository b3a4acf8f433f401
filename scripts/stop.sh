#!/bin/bash
# Ends what run.sh started: services, daemons, the engine it started, and every file of theirs.
set -uo pipefail
. "$(dirname "$0")/run-env.sh"
[ -e "$state" ] || { echo "nothing to stop"; exit 0; }
if [ -e "$state/data/node.json" ]; then
    orch leave --force "${places[@]}" || orch stop "${places[@]}"
fi
if [ -s "$state/engine/pid" ]; then
    pid=$(cat "$state/engine/pid")
    kill "$pid" 2>/dev/null
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    awk -v d="$state/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount -l
    # The engine's bridge and its rules go with it only on reboot; nobody else uses this bridge.
    if ! pgrep -x dockerd >/dev/null; then ip link del docker0 2>/dev/null; fi
    rm -rf /run/orch-run-engine
fi
rm -rf "$state"
[ -e "$state" ] && { echo "could not remove $state" >&2; exit 1; }
echo "stopped; nothing is left"
