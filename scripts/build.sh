#!/bin/bash
# Builds bin/orch, bin/orch-manager and bin/orch-agent (framework-dependent, ReadyToRun where its compiler restores).
# build.sh dist: the same into dist/, with the .NET runtime, for machines that have none.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dotnet >/dev/null || { echo "the .NET 10 SDK is missing: install it, then run make again" >&2; exit 1; }
# One compiler process for all projects halves the time; it is ended with the build, unless more builds follow at once.
export UseSharedCompilation=true
[ -n "${KEEP_COMPILER:-}" ] || trap 'dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true' EXIT
case $(uname -m) in x86_64) rid=linux-x64 ;; aarch64) rid=linux-arm64 ;; *) echo "unsupported machine: $(uname -m)" >&2; exit 1 ;; esac
self=false folder=bin
[ "${1:-}" = dist ] && self=true folder=dist
ahead=true
if ! dotnet msbuild scripts/publish.proj -t:Restore -p:Rid=$rid -p:SelfContained=$self -p:Ahead=true -v:q -nologo >/tmp/orch-restore.$$ 2>&1; then
    ahead=false
    if ! dotnet msbuild scripts/publish.proj -t:Restore -p:Rid=$rid -p:SelfContained=$self -p:Ahead=false -v:q -nologo >/tmp/orch-restore.$$ 2>&1; then
        cat /tmp/orch-restore.$$ >&2; rm -f /tmp/orch-restore.$$; exit 1
    fi
fi
rm -f /tmp/orch-restore.$$
# Analyzers are the tests' part.
dotnet msbuild scripts/publish.proj -t:Publish -p:RunAnalyzers=false -p:Rid=$rid -p:SelfContained=$self -p:Ahead=$ahead -v:q -nologo "-clp:ErrorsOnly;NoSummary"
for program in orch orch-manager orch-agent; do [ -x $folder/$program ] || { echo "$folder/$program was not built" >&2; exit 1; }; done
echo "built $folder/orch $folder/orch-manager $folder/orch-agent"
