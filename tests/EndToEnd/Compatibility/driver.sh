# Read by bash before the commands of commands.txt. DOCKER is the docker program, OUT where results go.
set -u
docker() { timeout -k 1 30 "$DOCKER" "$@"; }

# patiently CONDITION...: asks until it holds, at most half a minute.
patiently() {
    local i
    for i in {1..300}; do "$@" && return 0; sleep 0.1; done
    echo "waited in vain: $*" >&2
    docker service ps --no-trunc "$2" >&2
    tail -n 25 /var/lib/orch/log/agent.log >&2 2>/dev/null
    return 1
}
replicas() { docker service ls --filter name="$1" --format '{{.Name}} {{.Replicas}}' | sed -n "s/^$1 //p"; }
states() { docker service ps --filter desired-state="$1" --format '{{.CurrentState}}' "$2"; }

has_running() { [ "$(states running "$1" | grep -c '^Running')" = "$2" ] && [ "$(states running "$1" | wc -l)" = "$2" ]; }
has_finished() { [ "$(docker service ps --format '{{.CurrentState}}' "$1" | grep -c '^Complete')" = "$2" ]; }
has_iterated() { [ "$(replicas "$1")" = "0/$2 ($2/$2 completed)" ]; }
is_waiting() { docker service ps --no-trunc --format '{{.Error}}' "$1" | grep -q 'no suitable node'; }
is_updated() { docker service inspect --format '{{.UpdateStatus.State}}' "$1" | grep -q completed && has_running "$1" "$2"; }
is_drained() { [ "$(states running "$1" | grep -c '^Pending')" = "$2" ] && [ "$(states shutdown "$1" | grep -vc '^Shutdown')" = 0 ]; }

running() { patiently has_running "$@"; }
finished() { patiently has_finished "$@"; }
iterated() { patiently has_iterated "$@"; }
waiting() { patiently is_waiting "$@"; }
updated() { patiently is_updated "$@"; }
drained() { patiently is_drained "$@"; }
