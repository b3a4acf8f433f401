#!/bin/sh
# PID 1 of a machine made of a container (node-image.sh): starts what an init system would, and reaps.
set -u
mount --make-rshared /
rm -rf /run/docker* /run/containerd /run/orch /run/sshd # of the last boot
mkdir -p /run/sshd
ssh-keygen -A >/dev/null
/usr/sbin/sshd
dockerd >>/var/log/dockerd.log 2>&1 &
engine=$!
if [ -e /var/lib/orch/node.json ]; then orch start >>/var/log/orch-start.log 2>&1 & fi
trap 'orch stop 2>/dev/null; kill -TERM $engine; wait $engine; exit 0' TERM INT
while :; do sleep 86400 & wait $!; done
