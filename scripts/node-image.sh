#!/bin/bash
# Makes the image that a container needs to stand for a machine, for the Vagrantfile's Docker provider: Debian with its Docker
# Engine, nftables and sshd, and a script that starts them. `orch-node:latest` in the engine that `docker` talks to; with
# --archive no engine is asked, and the packed file system's path is printed.
#
# The file system comes from debootstrap, by the mirror that this host's apt knows; packed, it is kept in
# ORCH_IMAGE_CACHE (/var/tmp/orch-images) and used again. Needs root, debootstrap and Vagrant (for the key it logs in with first).
set -euo pipefail
cd "$(dirname "$0")"
tag=orch-node:latest cache=${ORCH_IMAGE_CACHE:-/var/tmp/orch-images} release=bookworm
die() { echo "node-image.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "needs root: debootstrap makes a file system with its owners"
key=$(find /usr/share /usr/lib /opt/vagrant -path '*keys/vagrant.pub' 2>/dev/null | head -1) || true
[ -n "$key" ] || die "Vagrant's public key is not found: install vagrant first"
archive=$cache/node-$(cat node-image.sh node-init.sh "$key" | sha256sum | cut -c1-16).tar

[ ! -e "$cache" ] || [ -O "$cache" ] || die "$cache belongs to another user"

build() {
    command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
    local mirror work
    # Without lists apt does not tell its mirror.
    [ -n "$(apt-get indextargets 'Created-By: Packages' 2>/dev/null | head -1)" ] || timeout 120 apt-get update -q >/dev/null 2>&1 || true
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk -v release="$(. /etc/os-release && echo "$ID-${VERSION_CODENAME:-}")" '"debian-" $2 == release && $3 == "main" { print $1; exit }')
    [ -n "$mirror" ] || die "this host's apt knows no mirror of Debian"
    mkdir -p -m 755 "$cache"
    [ -O "$cache" ] || die "$cache belongs to another user"
    find "$cache" -maxdepth 1 -name '.node.*' -mmin +60 -exec rm -rf {} +   # of one that was killed
    work=$(mktemp -d "$cache/.node.XXXXXX")
    trap "rm -rf '$work'" EXIT
    # Its mounts are its own, and go with it.
    unshare --mount --propagation private debootstrap --variant=minbase --include="$(paste -sd, <<<"$packages")" \
        $release "$work/root" "$mirror" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; die "debootstrap failed"; }
    rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale}/* \
        "$work"/root/etc/ssh/ssh_host_* "$work"/root/etc/machine-id
    : >"$work/root/etc/machine-id"
    install -m 755 node-init.sh "$work/root/sbin/orch-node"
    chroot "$work/root" useradd --create-home --shell /bin/bash --password '*' vagrant
    echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$work/root/etc/sudoers.d/vagrant"
    install -d -m 700 "$work/root/home/vagrant/.ssh"
    install -m 600 "$key" "$work/root/home/vagrant/.ssh/authorized_keys"
    chroot "$work/root" chown -R vagrant:vagrant /home/vagrant/.ssh
    tar -C "$work/root" -cf "$work/archive" .
    mv "$work/archive" "$archive"
    find "$cache" -maxdepth 1 -name 'node-*.tar' ! -path "$archive" -mtime +7 -delete
}
packages=$(cat <<END
openssh-server
sudo
docker.io
nftables
iptables
iproute2
busybox-static
libsqlite3-0
libssl3
libstdc++6
ca-certificates
curl
procps
END
)
[ -s "$archive" ] || build
[ "${1:-}" != --archive ] || { echo "$archive"; exit 0; }
docker import --change 'CMD ["/sbin/orch-node"]' --change 'VOLUME /var/lib/docker' "$archive" "$tag" >/dev/null
echo "$tag"
