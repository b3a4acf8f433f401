#!/bin/bash
# A one-machine cluster from this tree: an engine if none answers, a manager and an agent, the hello stack, and proof
# that a killed container is replaced. Safe to run again; `make stop` ends it.
set -euo pipefail
. "$(dirname "$0")/run-env.sh"
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[ "$(id -u)" = 0 ] || { echo "make run needs root: it talks to the Docker Engine and opens the cluster's port" >&2; exit 1; }
mkdir -p "$state"

engine=/var/run/docker.sock
if ! engine_answers $engine; then
    engine=$state/engine/docker.sock
    if ! engine_answers "$engine"; then
        say "no Docker Engine answers: starting one with its own data root"
        mkdir -p "$state/engine"
        for family in iptables ip6tables; do   # the engine changes this policy; `make stop` puts it back
            $family -w -S FORWARD 2>/dev/null | awk '$1 == "-P" {print $3}' >"$state/engine/$family.forward" || true
        done
        # A socket's path is short by law of the kernel; the exec root would make it too long below a deep directory.
        setsid dockerd -H "unix://$engine" --data-root "$state/engine/data" --exec-root "/run/orch-run-engine" \
            --pidfile "$state/engine/pid" --live-restore >"$state/engine/log" 2>&1 </dev/null &
        for _ in $(seq 300); do engine_answers "$engine" && break; sleep 0.1; done
        engine_answers "$engine" || { echo "the engine does not come up; see $state/engine/log" >&2; tail -5 "$state/engine/log" >&2; exit 1; }
    fi
fi
curl -s -f -o /dev/null --unix-socket "$engine" -X POST -H 'Content-Type: application/x-tar' \
    --data-binary @"$("$here/tests/Lab/images.sh")" http://engine/images/load

if ! orch node ls >/dev/null 2>&1; then
    say "orch init"
    if [ -e "$state/data/node.json" ]; then
        orch start "${places[@]}"
    else
        orch init "${places[@]}" --engine "unix://$engine" --listen 127.0.0.1:2378 --advertise-addr 127.0.0.1
    fi
fi

say "orch stack deploy -c cluster-examples/hello/stack.yml --wait hello"
orch stack deploy -c "$here/cluster-examples/hello/stack.yml" --wait hello
say "orch stack ps hello"
orch stack ps hello

say "every web server answers on one port, and finds the api by its name"
# Asks until each task of web has answered: which one does is chance.
ask() {
    for _ in $(seq 60); do curl -s -m 5 --retry 5 --retry-connrefused http://127.0.0.1:8080/; done | sort | uniq -c |
        awk '{ n = $1; sub(/^ *[0-9]+ /, ""); printf "%3d x  %s\n", n, $0 }'
}
ask

say "killing one container; orch replaces it"
victim=$(orch service ps hello_web -q --no-trunc --filter desired-state=running | head -1)
docker -H "unix://$engine" kill "$(docker -H "unix://$engine" ps -q --filter "label=com.docker.swarm.task.id=$victim")" >/dev/null
for _ in $(seq 100); do
    [ "$(orch service ls --filter name=hello_web --format '{{.Replicas}}')" = 3/3 ] &&
        ! orch service ps hello_web -q --no-trunc --filter desired-state=running | grep -q "$victim" && break
    sleep 0.1
done
orch service ps hello_web
ask

cat <<NEXT

The cluster runs. Next steps:
  export ORCH_HOST=$ORCH_HOST PATH=$here/bin:\$PATH
  orch node ls
  curl http://127.0.0.1:8080/
  orch service scale hello_web=5
  orch service update --image app:v2 hello_api
  orch service ps hello_web
  orch stack deploy -c cluster-examples/voting/stack.yml --wait voting
  orch token worker                      # the command that joins another machine
  make stop                              # end it all, leaving nothing
NEXT
