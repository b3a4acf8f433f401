# Machines on this host, for humans; needs root. docs/lab.md tells more.
NODE ?= n1

.PHONY: lab lab-tool lab-down lab-shell lab-status lab-do lab-docker lab-check test-images engines

lab-tool:
	@dotnet build tests/Lab.Tool/Lab.Tool.csproj -v q "-clp:ErrorsOnly;NoSummary" --nologo

lab: lab-tool ## N=3 machines, up until Ctrl-C or make lab-down
	@tests/Lab/lab up $(or $(N),3) $(LAB_ARGS)

lab-down: ## remove the lab
	@tests/Lab/lab down

lab-shell: ## a shell inside NODE=n1
	@tests/Lab/lab shell $(NODE)

lab-status: ## what runs where
	@tests/Lab/lab status

lab-do: ## DO="off n2": power, freeze, cut, ...; DO=help lists them
	@tests/Lab/lab $(or $(DO),help)

lab-docker: ## NODE=n1 ARGS="ps -a" against that machine's engine
	@tests/Lab/lab docker $(NODE) $(ARGS)

lab-check: lab-tool ## does a lab work on this host?
	@tests/Lab/lab check

test-images: ## path of the archive with the test images, built when missing
	@tests/Lab/images.sh

engines: ## Docker Engines of Debian trixie and sid, for machines of labs; built when missing
	@for suite in trixie sid; do root=$$(tests/Lab/engine-root.sh $$suite) && echo "$$suite: $$root" || exit; done
