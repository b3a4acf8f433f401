# Everything a person or a machine does with this tree. `make help` lists it.
SHELL := /bin/bash
CONFIG ?= Release

.PHONY: help run stop lab-demo build dist test check bench bench-net sim soak vagrant-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 16

run: ## build, start a one-machine cluster and show a service answering
	@scripts/install-deps.sh run
	@$(MAKE) --no-print-directory build
	@scripts/run.sh

stop: ## end what `make run` started, leaving nothing
	@scripts/stop.sh

lab-demo: ## three machines on this host: cluster, stack, loss of a machine
	@scripts/install-deps.sh test
	@$(MAKE) --no-print-directory build lab-tool
	@scripts/lab-demo.sh

build: ## bin/orch bin/orch-manager bin/orch-agent
	@scripts/build.sh

dist: ## the same in dist/, with the .NET runtime, for machines without it
	@scripts/build.sh dist

test: ## install what the tests need and run them all
	@scripts/install-deps.sh test
	@KEEP_COMPILER=1 $(MAKE) --no-print-directory build
	@scripts/test.sh all

check: ## format, analyzers and the fast tests
	@scripts/test.sh check

bench: ## the benchmarks; WHAT=scheduler|writer|writes|log|cluster|rolling|dns|dataplane|endpoints|startup for one of them
	@scripts/install-deps.sh test
	@$(MAKE) --no-print-directory build
	@scripts/bench.sh $(WHAT)

bench-net: ## the overlay's throughput and latency, beside VXLAN by hand and Docker Swarm; ROUNDS=20
	@scripts/install-deps.sh test
	@$(MAKE) --no-print-directory build
	@scripts/bench.sh net $(or $(ROUNDS),20)

sim: ## N=20000 seeds of the deterministic simulation
	@scripts/sim.sh $(or $(N),20000)

soak: ## SCENARIO=… BUDGET=…s, adds to the counts of earlier runs
	@scripts/soak.sh $(or $(SCENARIO),list) $(or $(BUDGET),300)

vagrant-test: ## the Vagrantfile's machines as containers: up, asked, destroyed (minutes)
	@scripts/install-deps.sh test
	@command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap >/dev/null
	@$(MAKE) --no-print-directory build dist
	@scripts/node-image.sh --archive
	@ORCH_VAGRANT=1 dotnet test tests/EndToEnd/EndToEnd.Tests.csproj --nologo -v q --logger "console;verbosity=detailed" \
		--blame-hang-timeout 15m --blame-hang-dump-type none --filter FullyQualifiedName~VagrantTests

clean: ## what builds and tests left in the tree
	@rm -rf bin dist TestResults; find src tests bench -name bin -o -name obj | xargs rm -rf

include tests/Lab/lab.mk
