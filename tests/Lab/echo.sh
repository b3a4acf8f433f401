#!/bin/sh
# Builds the image echo:latest, a server for tests of networks, and prints the path of the archive.
# Needs a C compiler that can link statically (gcc or tcc, libc6-dev), tar and sha256sum. ORCH_IMAGE_CACHE as in images.sh.
#
#   port $PORT (80): HTTP/1.1 with keep-alive; answers "HOSTNAME PEER-ADDRESS"; the same over UDP, one answer a packet.
#   At SIGTERM it answers what comes with "Connection: close", accepts what waits, and ends when no connection is left
#   (3 s at most). $DELAY_MS: how long it does not listen after its start.
set -eu
cache=${ORCH_IMAGE_CACHE:-/var/tmp/orch-images}
key=$(sha256sum "$0" | cut -c1-16)
archive=$cache/echo-$key.tar
[ ! -s "$archive" ] || { echo "$archive"; exit 0; }
compiler=$(command -v cc || command -v gcc || command -v tcc) ||
    { echo "echo.sh: no C compiler: apt-get install tcc libc6-dev" >&2; exit 1; }

mkdir -p -m 755 "$cache"
work=$(mktemp -d "$cache/.echo.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022
mkdir -p "$work/root/bin" "$work/root/etc" "$work/root/tmp"
cat >"$work/echo.c" <<'END'
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 1000
static volatile sig_atomic_t ending;
static struct pollfd fds[MOST];
static int have[MOST];
static char heads[MOST][2048], peers[MOST][32], host[128];

static void end(int signal) { (void)signal; ending = 1; }

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int open_socket(int type, int port)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
    int on = 1, fd = socket(AF_INET, type, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&any, sizeof any) || (type == SOCK_STREAM && listen(fd, 1024))) {
        perror("echo");
        exit(1);
    }
    return fd;
}

/* 0: the connection is over. */
static int serve(int i)
{
    char *head = heads[i], *rest, body[256], answer[512];
    int n = read(fds[i].fd, head + have[i], sizeof heads[i] - 1 - have[i]);
    if (n <= 0) return 0;
    have[i] += n;
    head[have[i]] = 0;
    while ((rest = strstr(head, "\r\n\r\n"))) {
        int close_it = ending || strstr(head, "Connection: close") != 0;
        snprintf(body, sizeof body, "%s %s\n", host, peers[i]);
        n = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Type: text/plain\r\n%s\r\n%s",
            strlen(body), close_it ? "Connection: close\r\n" : "", body);
        if (write(fds[i].fd, answer, n) != n || close_it) return 0;
        rest += 4;
        have[i] -= rest - head;
        memmove(head, rest, have[i] + 1);
    }
    return have[i] < (int)sizeof heads[i] - 1;
}

static void answer_packet(int fd)
{
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    char in[64], out[256];
    if (recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&from, &length) < 0) return;
    int n = snprintf(out, sizeof out, "%s %s\n", host, inet_ntoa(from.sin_addr));
    sendto(fd, out, n, 0, (struct sockaddr *)&from, length);
}

int main(void)
{
    int port = getenv("PORT") ? atoi(getenv("PORT")) : 80, count = 2;
    struct sigaction stop = { .sa_handler = end };
    long long until = 0;
    sigaction(SIGTERM, &stop, 0);
    sigaction(SIGINT, &stop, 0);
    signal(SIGPIPE, SIG_IGN);
    gethostname(host, sizeof host - 1);
    if (getenv("DELAY_MS")) usleep(atoi(getenv("DELAY_MS")) * 1000);
    fds[0] = (struct pollfd){ open_socket(SOCK_STREAM, port), POLLIN, 0 };
    fds[1] = (struct pollfd){ open_socket(SOCK_DGRAM, port), POLLIN, 0 };
    for (;;) {
        if (ending && !until) until = now() + 3000;
        if (until && now() >= until) return 0;
        int ready = poll(fds, count, until ? 50 : -1);
        if (ready < 0 && errno != EINTR) return 1;
        if (ready <= 0) {
            /* Nothing for 50 ms: what waited to be accepted is accepted. */
            if (until && count == 2) return 0;
            continue;
        }
        if (fds[1].revents) answer_packet(fds[1].fd);
        for (int i = count - 1; i >= 2; i--) {
            if (!fds[i].revents || serve(i)) continue;
            close(fds[i].fd);
            count--;
            fds[i] = fds[count];
            have[i] = have[count];
            memcpy(heads[i], heads[count], sizeof heads[i]);
            memcpy(peers[i], peers[count], sizeof peers[i]);
        }
        if (fds[0].revents && count < MOST) {
            struct sockaddr_in from;
            socklen_t length = sizeof from;
            int fd = accept(fds[0].fd, (struct sockaddr *)&from, &length);
            if (fd < 0) continue;
            snprintf(peers[count], sizeof peers[count], "%s", inet_ntoa(from.sin_addr));
            have[count] = 0;
            fds[count++] = (struct pollfd){ fd, POLLIN, 0 };
        }
    }
}
END
"$compiler" -static -o "$work/root/bin/echo-server" "$work/echo.c"
busybox=$(readlink -f "$(command -v busybox)")
cp "$busybox" "$work/root/bin/busybox"
for applet in sh wget nc nslookup ping ip cat sleep hostname ls timeout; do ln -s busybox "$work/root/bin/$applet"; done
echo 'root:x:0:0:root:/root:/bin/sh' >"$work/root/etc/passwd"
pack='--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner'
tar -C "$work/root" $pack -cf "$work/layer.tar" .
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
cat >"$work/config" <<END
{"architecture":"$arch","os":"linux","created":"2020-01-01T00:00:00Z",
 "config":{"Env":["PATH=/bin"],"Cmd":["echo-server"],"ExposedPorts":{"80/tcp":{}}},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"2020-01-01T00:00:00Z"}]}
END
id=$(sha256sum "$work/config" | cut -d' ' -f1)
mv "$work/config" "$work/$id.json"
tags='"echo:latest","echo:v1","echo:v2"'
echo "[{\"Config\":\"$id.json\",\"RepoTags\":[$tags],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
rm -rf "$work/root" "$work/echo.c"
tar -C "$work" $pack --exclude=archive -cf "$work/archive" .
mv "$work/archive" "$archive"
find "$cache" -maxdepth 1 -name 'echo-*.tar' ! -name "echo-$key.tar" -mtime +7 -exec rm -f {} +
echo "$archive"
