#!/bin/bash
# Installs Debian packages that are missing. run: an engine and what the agent uses. test: also what only tests use.
set -euo pipefail
declare -A need=([dockerd]=docker.io [nft]=nftables [ip]=iproute2 [iptables]=iptables [busybox]=busybox-static [curl]=curl)
if [ "${1:-run}" = test ]; then
    need+=([tini]=tini [strace]=strace [jq]=jq [sqlite3]=sqlite3 [pgrep]=procps [docker-registry]=docker-registry)
fi
missing=()
for tool in "${!need[@]}"; do command -v "$tool" >/dev/null || missing+=("${need[$tool]}"); done
ldconfig -p | grep -q libsqlite3.so.0 || missing+=(libsqlite3-0)
if [ "${1:-run}" = test ]; then
    /usr/bin/python3 -c 'import grpc' 2>/dev/null || missing+=(python3-grpcio)
fi
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing: ${missing[*]}"
[ "$(id -u)" = 0 ] || { echo "run as root, or install them yourself: apt-get install ${missing[*]}" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Engines are started by whoever needs one; a package must not start its own meanwhile.
if [ ! -e /usr/sbin/policy-rc.d ] && [ ! -d /run/systemd/system ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f "$log" /usr/sbin/policy-rc.d' EXIT
fi
{ apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
