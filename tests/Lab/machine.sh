#!/bin/sh
# The part of the lab that must be a shell: everything between fork and exec. A copy lies in each lab's
# directory, DIR; DIR/NODE holds a machine's disk, and cgroups are called orch-lab.<name of DIR>.
#
#   keep                 owns the switch and every machine; reads "boot NODE INDEX up|down" lines from stdin.
#                        At end of input, however its owner died, it removes every trace of the lab.
#   enter NODE CMD...    runs CMD inside the machine
#   spawn NODE LOG CMD.. starts CMD as a child of the machine's PID 1, prints its pid in there
#   off NODE             power loss
#   switch CMD...        runs CMD in the switch's network namespace
#   sweep BASE           removes what labs below BASE left behind whose owner and keeper are both dead
set -u
self=$(readlink -f "$0")
dir=${self%/*}
group=orch-lab.${dir##*/}
cgroups=$(while read -r _ mp type _; do
    case $type:$mp in cgroup:/sys/fs/cgroup/* | cgroup2:/sys/fs/cgroup*) echo "$mp" ;; esac
done </proc/self/mounts)

die() { echo "lab: $*" >&2; exit 1; }

# A pid alone is no identity, pids are reused: the start time (field 22 of stat) goes with it.
start_of() {
    read -r stat 2>/dev/null <"/proc/$1/stat" || { echo gone; return; }
    set -- ${stat##*) }
    echo "${20}"
}
# pid_in FILE: prints the pid recorded in FILE if it is still that process.
pid_in() {
    read -r pid start 2>/dev/null <"$1" || return 1
    [ "$(start_of "$pid")" = "$start" ] && echo "$pid"
}
keeper() { pid_in "$dir/keeper" || die "no keeper runs for $dir"; }

# ---- control groups ----------------------------------------------------------------------------------------

allow_controllers() { # v2: children of $1 may use what $1 itself may
    for c in $(cat "$1/cgroup.controllers"); do echo "+$c" >"$1/cgroup.subtree_control"; done 2>/dev/null
    return 0
}
fill_cpuset() { # v1: a new cpuset has no CPUs, and an empty one cannot be entered
    for f in cpuset.mems cpuset.cpus; do
        [ -n "$(cat "$1/$f")" ] || cat "${1%/*}/$f" >"$1/$f"
    done
    echo 1 >"$1/cgroup.clone_children"
}
make_groups() { # node
    for mp in $cgroups; do
        mkdir -p "$mp/$group/$1" || die "cannot create $mp/$group/$1"
        if [ -e "$mp/$group/cgroup.clone_children" ] && [ -e "$mp/$group/cpuset.mems" ]; then
            fill_cpuset "$mp/$group" && fill_cpuset "$mp/$group/$1"
        fi
        [ "$mp" = /sys/fs/cgroup ] && allow_controllers "$mp" && allow_controllers "$mp/$group"
    done
}
enter_groups() { # node; writing 0 moves the writer: this shell, or the subshell that calls
    for mp in $cgroups; do
        g=$mp/$group/$1
        [ -d "$g/init" ] && [ "$mp" = /sys/fs/cgroup ] && g=$g/init
        echo 0 >"$g/cgroup.procs" || die "cannot enter $g"
    done
}
group_dirs() { for mp in $cgroups; do [ ! -d "$mp/$1" ] || echo "$mp/$1"; done; }
thaw() { # directories of a group: a frozen v1 task does not act on SIGKILL, nor does a paused container
    for f in $(find "$@" -name freezer.state 2>/dev/null); do echo THAWED >"$f"; done 2>/dev/null
}
reap() { # group: kills what is in it, then removes it; refused for some ms after the last process is gone
    i=0
    while dirs=$(group_dirs "$1"); [ -n "$dirs" ]; do
        i=$((i + 1))
        [ $i -le 300 ] || { echo "lab: cgroups of $1 not removed" >&2; return 1; }
        pids=$(find $dirs -name cgroup.procs -exec cat {} + 2>/dev/null)
        [ -n "$pids" ] && { kill -9 $pids; thaw $dirs; sleep 0.01; } 2>/dev/null
        find $dirs -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.01
    done
    return 0
}

# ---- life of a machine -------------------------------------------------------------------------------------

# Stage 1, in the machine's cgroup namespace and network, still a process of the host's PID namespace.
stage() { # node index port
    trap 'echo "failed $1"' EXIT
    set -e
    if [ -d "/sys/fs/cgroup/$group/$1" ]; then
        # v2: a group that passes controllers on may hold no process itself; the engine's groups lie beside init
        mkdir "/sys/fs/cgroup/$group/$1/init"
        echo 0 >"/sys/fs/cgroup/$group/$1/init/cgroup.procs"
        allow_controllers "/sys/fs/cgroup/$group/$1"
    fi
    nsenter -t "$(keeper)" -n ip -batch - <<END
link add $1 type veth peer name eth0 netns $$ address $(printf '02:98:00:00:00:%02x' "$2")
link set $1 master orchlab0 $3
END
    ip -batch - <<END
link set lo up
addr add $LAB_NETWORK.$2/24 brd + dev eth0
link set eth0 up
route add default via $LAB_NETWORK.254
END
    exec unshare --mount --uts --ipc --pid --fork --kill-child sh "$self" init "$1"
}

controllers='cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|net_cls|net_prio|perf_event|hugetlb|rdma|misc|name=.*'
mount_cgroups() { # the same hierarchies as outside; the namespace roots them at the machine's group
    [ "$cgroups" = /sys/fs/cgroup ] && { mount -t cgroup2 cgroup2 "$1"; return; }
    mount -t tmpfs -o mode=755 tmpfs "$1"
    while read -r _ mp type opts _; do
        case $type:$mp in
            cgroup2:/sys/fs/cgroup/*) o= ;;
            cgroup:/sys/fs/cgroup/*)
                o=$(echo "$opts" | tr , '\n' | grep -xE "$controllers" | tr '\n' ,)
                o=$(echo "${o%,}" | sed 's/^name=/none,name=/') ;;
            *) continue ;;
        esac
        mkdir "$1/${mp##*/}"
        mount -t "$type" ${o:+-o "$o"} "$type" "$1/${mp##*/}"
        case ${mp##*/} in *,*) for c in $(echo "${mp##*/}" | tr , ' '); do ln -s "${mp##*/}" "$1/$c"; done ;; esac
    done </proc/self/mounts
}

# Stage 2, PID 1 of the machine. The host's /proc is still mounted, so /proc/self tells the pid as the host sees it.
# A cloned mount table would pin all that others have mounted at this moment; hence a bind of / alone, and pivot_root.
init() { # node
    trap 'echo "failed $1"' EXIT
    set -e
    read -r pid _ </proc/self/stat
    start=$(start_of "$pid")
    m=$dir/$1 r=$dir/$1/root
    hostname "$1"
    mount --bind / "$r"
    for b in $LAB_BINDS; do mount --bind "$b" "$r$b"; done
    if read -r usr 2>/dev/null <"$m/usr"; then # programs and libraries of another release
        mount --bind "$usr" "$r/usr"
        for b in $LAB_USR_BINDS; do mkdir -p "$usr${b#/usr}"; mount --bind "$b" "$r$b"; done
        mount -o remount,bind,ro "$r/usr"
    fi
    mount --rbind /dev "$r/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$r/dev/shm"
    mount --bind "$m/run" "$r/run"
    [ -L /var/run ] || mount --bind "$m/run" "$r/var/run"
    mount --bind "$m/lib" "$r/var/lib"
    for b in $LAB_LIB_BINDS; do mkdir -p "$r$b"; mount --bind "$b" "$r$b"; done
    mkdir -p /etc/docker
    mount --bind "$m/etc/docker" "$r/etc/docker"
    for f in hosts hostname resolv.conf machine-id; do
        t=$(readlink -f "/etc/$f") || continue
        case $t in
            /run/*) mkdir -p "$r${t%/*}"; cp "$m/etc/$f" "$r$t" ;; # a systemd host: the link leads into our own /run
            *) [ ! -e "$t" ] || mount --bind "$m/etc/$f" "$r$t" ;;
        esac
    done
    mount -t sysfs sysfs "$r/sys"
    mount_cgroups "$r/sys/fs/cgroup"
    mount -t proc proc "$r/proc"
    cd "$r"
    pivot_root . .
    umount -l .
    cd /
    echo "$pid $start" >"$m/pid.new"
    mv "$m/pid.new" "$m/pid"
    echo "up $1 $pid $start"
    trap - EXIT
    exec >/dev/null 2>&1
    set +e
    while :; do sleep 86400 & wait; done # wait also reaps: shims and daemons are orphans
}

boot() { # node index port; the exec chain dies with the keeper, whatever happens to it
    make_groups "$1"
    (
        enter_groups "$1"
        exec setpriv --pdeathsig KILL unshare --net --cgroup sh "$self" stage "$@"
    ) </dev/null 2>"$dir/$1/init.log" &
}

off() { # node
    nsenter -t "$(keeper)" -n ip link del "$1" 2>/dev/null
    if p=$(pid_in "$dir/$1/pid"); then
        kill -9 "$p" # the kernel ends the whole PID namespace with it
        dirs=$(group_dirs "$group/$1")
        [ -n "$dirs" ] && thaw $dirs
        i=0
        while [ -d "/proc/$p" ] && [ $i -lt 500 ]; do i=$((i + 1)); sleep 0.01; done
        [ -d "/proc/$p" ] && die "$1: PID 1 ($p) does not die: $(grep State "/proc/$p/status")"
    fi
    rm -f "$dir/$1/pid"
    reap "$group/$1"
}

running() { pid_in "$dir/$1/pid" || die "$1 is not running"; }
enter() { # node cmd...
    p=$(running "$1") || exit 125
    enter_groups "$1"
    shift
    exec nsenter -t "$p" -m -u -i -n -p -C -- "$@"
}

# ---- life of a lab -----------------------------------------------------------------------------------------

# Frames are dropped by name of port, so a cut outlives a power cycle of the machine behind it. The switch answers
# for every address outside with "unreachable" at once: a packet that vanishes would cost resolvers seconds.
switch_up() {
    set -e
    ip -batch - <<END
link set lo up
link add orchlab0 type bridge stp_state 0
link set orchlab0 up
addr add $LAB_NETWORK.254/24 dev orchlab0
route add unreachable default
END
    echo 1 >/proc/sys/net/ipv4/ip_forward
    for f in iptables ip6tables arptables; do
        [ ! -e /proc/sys/net/bridge/bridge-nf-call-$f ] || echo 0 >/proc/sys/net/bridge/bridge-nf-call-$f
    done
    set +e
}
remove_lab() { # directory
    reap "orch-lab.${1##*/}"
    i=0
    until rm -rf "$1" 2>/dev/null || [ $i -ge 100 ]; do i=$((i + 1)); sleep 0.02; done
    [ ! -e "$1" ]
}
keep() { # runs under unshare --net: this process is the switch
    trap 'remove_lab "$dir"; exit' TERM INT HUP
    switch_up
    echo "$$ $(start_of $$)" >"$dir/keeper"
    echo ready
    while read -r verb args; do
        case $verb in boot) boot $args ;; esac
    done
    remove_lab "$dir"
}

sweep() { # base; a lab is called LABEL.PID.START.N after its owner
    for d in "$1"/*.*.*.*; do
        [ -d "$d" ] || continue
        dead "${d##*/}" && ! pid_in "$d/keeper" >/dev/null && remove_lab "$d"
    done
    for mp in $cgroups; do
        for g in "$mp"/orch-lab.*; do
            [ -d "$g" ] || continue
            g=${g##*/orch-lab.}
            dead "$g" && [ ! -e "$1/$g" ] && [ -z "$(cat "$mp/orch-lab.$g"/*/cgroup.procs)" ] && reap "orch-lab.$g"
        done
    done
    return 0
}
dead() {
    rest=${1%.*} start=${rest##*.} rest=${rest%.*}
    [ "$(start_of "${rest##*.}")" != "$start" ]
}

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
    keep | stage | init | enter | off | sweep) "$verb" "$@" ;;
    spawn)
        n=$1 log=$2
        shift 2
        enter "$n" sh -c 'log=$1; shift; setsid "$@" </dev/null >>"$log" 2>&1 & echo $!' sh "$log" "$@" ;;
    switch)
        k=$(keeper) || exit 1
        exec nsenter -t "$k" -n "$@" ;;
    *) sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p}' "$self" ;;
esac
