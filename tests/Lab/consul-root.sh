#!/bin/sh
# Consul for tests and for lab machines: the program as a Debian release has it, unpacked from its package and never installed, where
# this host's own release has none. Prints the program's path.
#
#   consul-root.sh           fetches it when it is missing
#   consul-root.sh --look    fetches nothing; fails, saying why, when it is missing
#
# The mirror is the one that this host's apt knows, and apt checks the signatures. Environment: ORCH_CONSUL_CACHE, the directory to
# keep it in. About 70 MB; nothing of it is part of orch.
set -eu
look=
[ "${1:-}" != --look ] || look=1
if command -v consul >/dev/null; then command -v consul; exit 0; fi
cache=${ORCH_CONSUL_CACHE:-/var/tmp/orch-consul}
[ ! -e "$cache" ] || [ -O "$cache" ] || { echo "consul-root.sh: $cache belongs to another user" >&2; exit 1; }
[ ! -x "$cache/usr/bin/consul" ] || { echo "$cache/usr/bin/consul"; exit 0; }
if [ -n "$look" ]; then
    why=$(cat "$cache.why" 2>/dev/null) || why="it was not fetched"
    echo "Consul is not here: $why (scripts/install-deps.sh test fetches it)" >&2
    exit 1
fi
parent=$(dirname "$cache")
work=$(mktemp -d "$parent/.orch-consul.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022
fail() { tail -5 "$work/log" >&2 2>/dev/null || true; echo "$*" >"$cache.why"; echo "consul-root.sh: $*" >&2; exit 1; }
release=$(. /etc/os-release && echo "$ID ${VERSION_CODENAME:-}")
set -- $release
[ "$1" = debian ] || fail "this host is $1, its apt knows no mirror of Debian"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$2" '$2 == release && $3 == "main" { print $1; exit }')
[ -n "$mirror" ] || fail "apt has no source of $2 main, so its mirror is not known"
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
: >"$work/status"
apt() {
    apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" -o Dir::Cache="$work" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Update::Error-Mode=any -o Acquire::Retries=2 -o Acquire::http::Timeout=15 "$@" >"$work/log" 2>&1
}
# The last release that has it first.
for suite in sid bullseye; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
    apt update || continue
    (cd "$work" && apt download consul) || continue
    dpkg-deb --fsys-tarfile "$work"/consul_*.deb | tar -xf - -C "$work/root" ./usr/bin/consul || fail "the package does not unpack"
    "$work/root/usr/bin/consul" version >"$work/log" 2>&1 || { rm -f "$work"/consul_*.deb; continue; }
    mv -T "$work/root" "$cache" 2>/dev/null || [ -x "$cache/usr/bin/consul" ] || fail "$cache cannot be made"
    rm -f "$cache.why"
    echo "$cache/usr/bin/consul"
    exit 0
done
fail "no release on the mirror $mirror has a consul that runs here"
