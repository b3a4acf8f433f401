#!/bin/sh
# Programs of another Debian release, for lab machines that run its engine: /usr as that release has it, unpacked from its
# packages and never installed. Prints the directory that holds usr/.
#
#   engine-root.sh SUITE           builds it when it is missing: trixie (Docker 26.1) or sid (28.5 when this was written)
#   engine-root.sh --look SUITE    builds nothing; fails, saying why, when it is missing
#
# The mirror is the one that this host's apt knows, and apt checks the signatures. Environment: ORCH_ENGINE_CACHE, the
# directory to keep them in. About 300 MB each; nothing of it is part of orch.
set -eu
look=
[ "${1:-}" != --look ] || { look=1; shift; }
suite=${1:?engine-root.sh [--look] SUITE}
case $suite in *[!a-z]*) echo "engine-root.sh: '$suite' is no Debian release" >&2; exit 2 ;; esac
cache=${ORCH_ENGINE_CACHE:-/var/tmp/orch-engines}
key=$suite-$(sha256sum <"$0" | cut -c1-12)
root=$cache/$key
[ ! -e "$cache" ] || [ -O "$cache" ] || { echo "engine-root.sh: $cache belongs to another user" >&2; exit 1; }
[ ! -x "$root/usr/sbin/dockerd" ] || { echo "$root"; exit 0; }
if [ -n "$look" ]; then
    why=$(cat "$cache/$suite.why" 2>/dev/null) || why="it was not built"
    echo "Debian $suite's engine is not here: $why (make engines builds it)" >&2
    exit 1
fi

mkdir -p -m 755 "$cache"
[ -O "$cache" ] || { echo "engine-root.sh: $cache belongs to another user" >&2; exit 1; }
find "$cache" -maxdepth 1 -name '.build.*' -mmin +60 -exec rm -rf {} +   # of one that was killed
work=$(mktemp -d "$cache/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'echo "it was stopped: the mirror may be slow" >"$cache/$suite.why"; exit 143' TERM INT HUP
umask 022
fail() { # what happened; the last lines of the log say more
    tail -5 "$work/log" >&2 2>/dev/null || true
    echo "$*" >"$cache/$suite.why"
    echo "engine-root.sh: $*" >&2
    exit 1
}

release=$(. /etc/os-release && echo "$ID ${VERSION_CODENAME:-}")
set -- $release
[ "$1" = debian ] || fail "this host is $1, its apt knows no mirror of Debian"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$2" '$2 == release && $3 == "main" { print $1; exit }')
[ -n "$mirror" ] || fail "apt has no source of $2 main, so its mirror is not known"

# A state of apt's own, where nothing is installed: so it fetches every library, too.
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
: >"$work/status"
apt() {
    apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" \
        -o Dir::State::Extended_States="$work/extended" -o Dir::Cache="$work" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Update::Error-Mode=any -o Acquire::Retries=2 -o Acquire::http::Timeout=15 "$@" >"$work/log" 2>&1
}
apt update || fail "the mirror $mirror has no $suite"
apt install -y --download-only --no-install-recommends docker.io docker-cli tini iptables nftables iproute2 \
    util-linux mount procps coreutils findutils grep sed mawk dash bash busybox-static curl \
    libc6 libstdc++6 libgcc-s1 libssl3t64 zlib1g libsqlite3-0 || fail "$suite lacks a package that is needed"
export work
printf '%s\n' "$work"/archives/*.deb | xargs -n 1 -P "$(nproc)" sh -c 'dpkg-deb --fsys-tarfile "$1" |
    tar -xf - -C "$work/root" --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
        --exclude=./usr/include --exclude=./etc --exclude=./var' sh >"$work/log" 2>&1 || fail "$suite's packages do not unpack"
# What maintainer scripts would link.
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -s xtables-nft-multi "$work/root/usr/sbin/$name"
done
ln -s mawk "$work/root/usr/bin/awk"
[ -x "$work/root/usr/sbin/dockerd" ] && [ -e "$work/root/usr/bin/sh" ] || fail "$suite's packages are not laid out as expected"
mv "$work/root" "$root.new.$$"
mv -T "$root.new.$$" "$root" 2>/dev/null || rm -rf "$root.new.$$" # somebody else was quicker
rm -f "$cache/$suite.why"
find "$cache" -maxdepth 1 -name "$suite-*" ! -name "$key" -mtime +7 -exec rm -rf {} +
echo "$root"
