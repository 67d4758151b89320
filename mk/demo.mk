# The demos: SystemUI under perfd for ten seconds, in the image and on this machine.

DEMO := out/demo

.PHONY: demo demo-host
demo: os host ## Boot the image in QEMU and let it draw for ten seconds; leaves out/demo/
	@HOST=$(HOST) scripts/demo-os $(DEMO)

demo-host: host ## The same on this machine: the daemon and SystemUI; leaves out/demo/
	scripts/demo-host $(HOST) $(DEMO)
