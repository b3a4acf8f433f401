# Where `make run` keeps its cluster; sourced by run.sh and stop.sh. Everything is below .run, so stop can leave nothing.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$here/.run
export ORCH_HOST=unix://$state/run/orch.sock
orch() { "$here/bin/orch" "$@"; }
places=(--data-root "$state/data" --run-dir "$state/run")
engine_answers() { curl -s -m 5 -o /dev/null --unix-socket "$1" http://engine/_ping 2>/dev/null; }
