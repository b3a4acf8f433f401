#!/bin/bash
# Installs Debian packages that are missing. run: an engine and what the agent uses. test: also what only tests use.
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A need=([dockerd]=docker.io [nft]=nftables [ip]=iproute2 [iptables]=iptables [busybox]=busybox-static [curl]=curl)
if [ "${1:-run}" = test ]; then
    need+=([tini]=tini [strace]=strace [jq]=jq [sqlite3]=sqlite3 [pgrep]=procps [docker-registry]=docker-registry)
fi
missing=()
for tool in "${!need[@]}"; do command -v "$tool" >/dev/null || missing+=("${need[$tool]}"); done
# A server for tests of networks is compiled; any C compiler does.
if [ "${1:-run}" = test ] && ! command -v cc gcc tcc >/dev/null; then missing+=(tcc libc6-dev); fi
ldconfig -p | grep -q libsqlite3.so.0 || missing+=(libsqlite3-0)
if [ "${1:-run}" = test ]; then
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
    /usr/bin/python3 -c 'import grpc' 2>/dev/null || missing+=(python3-grpcio)
fi
# Clients that others wrote: tests use them where they can be had, and are skipped where not.
clients=() modules=()
if [ "${1:-run}" = test ]; then
    python=/usr/lib/python3/dist-packages
    [ -e $python/docker ] || clients+=(python3-docker)
    [ -e $python/jsondiff ] || clients+=(python3-jsondiff)
    [ -e $python/ansible_collections/community/docker ] || clients+=(ansible)
    [ -x /usr/bin/prometheus ] || clients+=(prometheus)
    command -v vagrant >/dev/null || clients+=(vagrant)
    if command -v npm >/dev/null; then
        [ -e /usr/lib/node_modules/dockerode ] || [ -e /usr/local/lib/node_modules/dockerode ] || modules+=(dockerode)
    fi
fi
# Engines of other Debian releases, and Consul, which this one may lack: unpacked beside the system. 15 to 30 s each the first time (two cores, 110 MB from the mirror),
# nothing later: little enough to be had without asking.
engines() {
    [ "${1:-run}" = test ] && [ "$(id -u)" = 0 ] || return 0
    local suite
    # Without lists apt does not tell its mirror.
    [ -n "$(apt-get indextargets 'Created-By: Packages' 2>/dev/null | head -1)" ] || timeout 120 apt-get update -q >/dev/null 2>&1 || true
    for suite in trixie sid; do
        timeout -k 5 180 tests/Lab/engine-root.sh $suite >/dev/null 2>&1 || echo "not to be had here, its test is skipped: Docker of Debian $suite" &
    done
    timeout -k 5 120 tests/Lab/consul-root.sh >/dev/null 2>&1 || echo "not to be had here, its tests are skipped: Consul" &
    wait
}
[ ${#missing[@]} -eq 0 ] && [ ${#clients[@]} -eq 0 ] && [ ${#modules[@]} -eq 0 ] && { engines "$@"; exit; }
echo "installing: ${missing[*]} ${clients[*]} ${modules[*]}"
if [ "$(id -u)" != 0 ]; then
    echo "run as root, or install them yourself: apt-get install ${missing[*]} ${clients[*]}" >&2
    [ ${#missing[@]} -eq 0 ]; exit
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Engines are started by whoever needs one; a package must not start its own meanwhile.
if [ ! -e /usr/sbin/policy-rc.d ] && [ ! -d /run/systemd/system ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f "$log" /usr/sbin/policy-rc.d' EXIT
fi
# Nor is a database server of tests one of this machine.
if [[ " ${missing[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common ]; then
    mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/orch.conf
fi
install() { apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1; }
if [ ${#missing[@]} -gt 0 ] || [ ${#clients[@]} -gt 0 ]; then
    apt-get update -q >"$log" 2>&1 || { tail -20 "$log" >&2; [ ${#missing[@]} -eq 0 ]; exit; }
fi
if [ ${#missing[@]} -gt 0 ]; then install "${missing[@]}" || { tail -20 "$log" >&2; exit 1; }; fi
for client in "${clients[@]}"; do install "$client" || echo "not installable here, its test is skipped: $client"; done
for module in "${modules[@]}"; do
    npm install -g --no-audit --no-fund "$module" >"$log" 2>&1 || echo "not installable here, its test is skipped: $module"
done
engines "$@"
