#!/bin/sh
# Builds the test images once and prints the path of the archive: docker load -i "$(tests/Lab/images.sh)".
# The archive is written by hand, not by an engine, so that every engine gives an image the same id.
# Needs busybox (statically linked), tar and sha256sum. Environment: ORCH_IMAGE_CACHE, the directory to keep it in.
#
#   busybox:latest   a shell                       app:v1 app:v2 app:v3   port 80 answers "VERSION HOSTNAME"
#   sleeper:latest   sleeps, stops at SIGTERM      app:slow               the same, listens after 5 s
#   app:bad          exits 1 after 0.2 s           app:health             healthy while /www/healthy exists
set -eu
cache=${ORCH_IMAGE_CACHE:-/var/tmp/orch-images}
busybox=$(command -v busybox) || { echo "images.sh: busybox is missing: apt-get install busybox-static" >&2; exit 1; }
busybox=$(readlink -f "$busybox")
key=$(cat "$0" "$busybox" | sha256sum | cut -c1-16)
archive=$cache/$key.tar
[ ! -s "$archive" ] || { echo "$archive"; exit 0; }

mkdir -p -m 755 "$cache"
[ -O "$cache" ] || { echo "images.sh: $cache belongs to another user" >&2; exit 1; }
work=$(mktemp -d "$cache/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022

root=$work/root
mkdir -p "$root/bin" "$root/etc" "$root/root" "$root/tmp" "$root/www"
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo yes >"$root/www/healthy"
pack='--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner'
tar -C "$root" $pack -cf "$work/layer.tar" .
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac

# A container's PID 1 ignores SIGTERM unless it traps it; without the trap every stop would take 10 s.
idle='trap \"exit 0\" TERM INT; while :; do sleep 86400 & wait $!; done'
web='trap \"exit 0\" TERM INT; echo \"$VERSION $(hostname)\" >/www/index.html; httpd -p 80 -h /www'
web="$web; while :; do sleep 86400 & wait \$!; done"
port=',"ExposedPorts":{"80/tcp":{}}'
probe=',"Healthcheck":{"Test":["CMD-SHELL","test -e /www/healthy"],'
probe=$probe'"Interval":1000000000,"Timeout":2000000000,"Retries":2}'

manifest=
image() { # tag version command more-config; the command is already escaped for JSON
    cat >"$work/config" <<END
{"architecture":"$arch","os":"linux","created":"2020-01-01T00:00:00Z",
 "config":{"Env":["PATH=/bin","VERSION=$2"],"Cmd":["sh","-c","$3"]$4},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"2020-01-01T00:00:00Z"}]}
END
    id=$(sha256sum "$work/config" | cut -d' ' -f1)
    mv "$work/config" "$work/$id.json"
    manifest="$manifest${manifest:+,}{\"Config\":\"$id.json\",\"RepoTags\":[\"$1\"],\"Layers\":[\"layer.tar\"]}"
}
image busybox:latest none 'exec sh' ''
image sleeper:latest none "$idle" ''
for v in v1 v2 v3; do image "app:$v" "$v" "$web" "$port"; done
image app:bad bad 'sleep 0.2; exit 1' ''
image app:slow slow "trap \\\"exit 0\\\" TERM INT; sleep 5 & wait \$!; $web" "$port"
image app:health health "$web" "$port$probe"
echo "[$manifest]" >"$work/manifest.json"

rm -rf "$root"
tar -C "$work" $pack --exclude=archive -cf "$work/archive" .
mv "$work/archive" "$archive"
find "$cache" -maxdepth 1 -name '*.tar' ! -name "$key.tar" -mtime +7 -exec rm -f {} +
echo "$archive"
