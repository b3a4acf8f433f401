#!/bin/bash
# Three machines on this host, each with its own network and Docker Engine, form a cluster; a stack is reached on all of them;
# one machine loses power and comes back. Ends what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[ "$(id -u)" = 0 ] || { echo "make lab-demo needs root: it makes network namespaces and runs engines in them" >&2; exit 1; }
lab=tests/Lab/lab bin=$PWD/bin log=$(mktemp)
on() { $lab exec "$@"; }
orch() { on n1 "$bin/orch" "$@"; }
say "three machines"
setsid $lab up 3 </dev/null >"$log" 2>&1 &
trap '$lab down >/dev/null 2>&1 || true; rm -f "$log"' EXIT
for _ in $(seq 300); do on n3 true 2>/dev/null && $lab docker n3 version >/dev/null 2>&1 && break; sleep 0.2; done
on n3 true || { cat "$log" >&2; exit 1; }
for n in n1 n2 n3; do $lab docker $n load -q -i "$(tests/Lab/images.sh)" >/dev/null; done

say "orch init on n1, orch join on n2 and n3"
on n1 "$bin/orch" init --advertise-addr 10.98.0.1 >/dev/null
token=$(orch token worker -q)
for n in n2 n3; do on $n "$bin/orch" join --token "$token" 10.98.0.1; done
for _ in $(seq 100); do [ "$(orch node ls --format '{{.Status}}' | grep -c Ready)" = 3 ] && break; sleep 0.1; done
orch node ls

say "orch stack deploy -c cluster-examples/hello/stack.yml --wait hello"
orch stack deploy -c "$PWD/cluster-examples/hello/stack.yml" --wait hello
orch stack ps hello
ask() {
    for machine in "$@"; do
        printf '%s:\n' "$machine"
        for _ in $(seq 12); do on n1 curl -s -m 5 --retry 5 --retry-connrefused "http://$machine:8080/"; done | sort | uniq -c
    done
}
say "port 8080 of every machine leads to all tasks"
ask 10.98.0.1 10.98.0.2 10.98.0.3
say "orch network check"
orch network check

say "n3 loses power"
$lab off n3
for _ in $(seq 100); do [ "$(orch node ls --filter name=n3 --format '{{.Status}}')" = Down ] && break; sleep 0.1; done
for _ in $(seq 200); do [ "$(orch service ls --filter name=hello_web --format '{{.Replicas}}')" = 3/3 ] && break; sleep 0.1; done
orch stack ps hello
ask 10.98.0.1 10.98.0.2

say "n3 is back"
$lab boot n3
on n3 "$bin/orch" start
for _ in $(seq 200); do [ "$(orch node ls --filter name=n3 --format '{{.Status}}')" = Ready ] && break; sleep 0.1; done
ask 10.98.0.3
