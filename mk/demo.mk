# The demo on this machine: the daemon, SystemUI for ten seconds, the trace.

DEMO := out/demo

.PHONY: demo
demo: host ## Run SystemUI under perfd for ten seconds; leaves out/demo/
	scripts/demo-host $(HOST) $(DEMO)
