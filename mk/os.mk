# The kernel-free image for QEMU's riscv64 virt: `make os` -> build/os/perfd.elf.
#
# Each tests/os/main_<name>.c is an image of its own, build/os/<name>.elf, with the boot code and the drivers that
# it calls.

OS := $(BUILD)/os
OS_DIR := tests/os
OS_CFLAGS = -std=c11 $(WARN) $(OS_OPT) -g $(RISCV_FLAGS) --specs=picolibc.specs -ffreestanding -ffunction-sections \
	-fdata-sections -fno-common -MMD -MP \
	-I$(OS_DIR) $(INC_CHANNEL) $(INC_CLIENT) $(INC_RUNTIME) $(INC_GEN) -Isource/libs/statefs/include
INC_CHANNEL := -Isource/libs/channel/include
RISCV_BIN := $(RISCV_CC:gcc=)
# Frames are drawn pixel by pixel: speed is what counts there.
OS_OPT := -Os -msave-restore
OS_FAST := $(patsubst %,$(OS)/source/apps/systemui/%.o,canvas glass shapes)
$(OS_FAST): OS_OPT := -O2
# What is measured is to be the machine's work.
$(patsubst %.c,$(OS)/%.o,$(wildcard $(OS_DIR)/interrupts/*.c)): OS_OPT := -O2
# Loops that copy are no calls of what they are in.
$(OS)/$(OS_DIR)/boot/memory.o: OS_OPT := -O2 -fno-tree-loop-distribute-patterns

# SystemUI and its client library are compiled once more where SystemUI is linked, as one; and without tables of jumps.
OS_WHOLE := $(RISCV_LTO) $(RISCV_TUNE) -fno-jump-tables

OS_LDFLAGS := $(RISCV_FLAGS) --specs=picolibc.specs -nostartfiles -static -Wl,--gc-sections -Wl,--fatal-warnings \
	-Wl,--no-warn-rwx-segments $(RISCV_LTO)

OS_BOOT_C := $(wildcard $(OS_DIR)/boot/*.c)
OS_BOOT_S := $(wildcard $(OS_DIR)/boot/*.S)
# Images of perfd have the one or the other that takes interrupts.
OS_DRIVERS_C := $(filter-out $(OS_DIR)/drivers/test_% %/plic_settle.c,$(wildcard $(OS_DIR)/drivers/*.c))
OS_BASE_O := $(call objects,$(OS),$(OS_BOOT_C) $(OS_DRIVERS_C)) $(patsubst %.S,$(OS)/%.o,$(OS_BOOT_S))
OS_MAINS := $(patsubst $(OS_DIR)/main_%.c,%,$(wildcard $(OS_DIR)/main_*.c))
OS_IMAGES := $(patsubst %,$(OS)/%.elf,$(OS_MAINS))

$(OS)/$(OS_DIR)/%.o: $(OS_DIR)/%.c $(RULES) | $(PERF_H)
	$(say)
	$(RISCV_CC) $(OS_CFLAGS) $(INC_PERFD) -c $< -o $@

$(OS)/$(OS_DIR)/%.o: $(OS_DIR)/%.S $(RULES)
	$(say)
	$(RISCV_CC) $(RISCV_FLAGS) -MMD -MP -I$(OS_DIR)/boot -I$(OS_DIR) -c $< -o $@

$(OS)/image.ld: $(OS_DIR)/boot/image.ld $(OS_DIR)/boot/layout.h
	$(say)
	$(RISCV_CC) -E -P -x c -I$(OS_DIR)/boot $< -o $@

# perfd.elf: core, server and runtime as they were audited, the port, and SystemUI.
FREE_RISCV := $(BUILD)/free/riscv64
OS_FREE_O := $(call objects,$(FREE_RISCV),$(filter-out %/mem.c $(LANES_C_1) $(FULL_C_0),$(FREE_IMAGE_C))) $(FREE_RISCV)/gen/perf.capnp.o
VIRT_DIR := source/services/perfd/ports/virt
VIRT_TWINS_C := $(addprefix $(VIRT_DIR)/,log_memory.c more_memory.c machine.c)
VIRT_MORE_C := $(VIRT_TWINS_C) $(addprefix $(VIRT_DIR)/,machine_lanes.c machine_counters.c)
VIRT_C := $(filter-out %/exporter_none.c $(VIRT_MORE_C) $(VIRT_TWINS_C:.c=_none.c),$(wildcard $(VIRT_DIR)/*.c))
# The /state store: its hart and its exporter are in the image, or nothing of them is.
STATE_C_1 := $(wildcard $(VIRT_DIR)/statefs/*.c $(OS_DIR)/store/*.c) $(STATEFS_C)
STATE_C_0 := $(VIRT_DIR)/exporter_none.c $(OS_DIR)/store_none.c
OS_FEATURE_STATEFS := $(or $(FEATURE_STATEFS),1)
# Lanes that SystemUI writes itself, or marks by calls.
OS_FEATURE_LANES := $(or $(FEATURE_LANES),0)
OS_LANES_O_0 := $(call objects,$(FREE_RISCV),$(LANES_C_0))
OS_LANES_O_1 := $(call objects,$(FREE_RISCV),$(LANES_C_1))
# What is more than the least: a run log that perfctl fetches over the serial link, categories, what is done about janks,
# lanes and counters of the machine.
OS_FEATURE_FULL := $(or $(FEATURE_FULL),0)
OS_MORE_C_0 := $(VIRT_TWINS_C:.c=_none.c) $(OS_DIR)/interrupts/trapped_none.c $(OS_DIR)/drivers/plic_settle.c
OS_MORE_C_1 := $(VIRT_MORE_C) $(filter-out %_none.c,$(wildcard $(OS_DIR)/interrupts/*.c $(OS_DIR)/hardware/*.c))
OS_MORE_O_0 := $(call objects,$(FREE_RISCV),$(FULL_C_0)) $(call objects,$(OS),$(OS_MORE_C_0))
OS_MORE_O_1 := $(call objects,$(FREE_RISCV),$(FULL_C_1)) $(call objects,$(OS),$(OS_MORE_C_1)) \
	$(OS)/$(OS_DIR)/hardware/probe.o
CHANNEL_C := $(wildcard source/libs/channel/src/*.c)
MONITOR_C := $(wildcard $(OS_DIR)/monitor/*.c)
OS_ALWAYS_O := $(call objects,$(OS),$(VIRT_C) $(CHANNEL_C) $(MONITOR_C)) $(OS)/$(OS_DIR)/monitor/user.o $(OS_FREE_O)
OS_STATE_O := $(OS_ALWAYS_O) $(call objects,$(OS),$(STATE_C_$(OS_FEATURE_STATEFS)))
OS_PERFD_O := $(OS_STATE_O) $(OS_LANES_O_$(OS_FEATURE_LANES)) $(OS_MORE_O_$(OS_FEATURE_FULL))
# With the other setting of each flag, so that each build has both.
OS_NO_STATE_O := $(OS_ALWAYS_O) $(call objects,$(OS),$(STATE_C_0)) $(OS_LANES_O_0) $(OS_MORE_O_0)
OS_LANES_O := $(OS_STATE_O) $(OS_LANES_O_1) $(OS_MORE_O_0)
OS_FULL_O := $(OS_STATE_O) $(OS_LANES_O_1) $(OS_MORE_O_1)

$(OS)/source/%.o: source/%.c $(RULES) | $(PERF_H)
	$(say)
	$(RISCV_CC) $(OS_CFLAGS) $(INC_PERFD) -c $< -o $@

$(OS)/source/apps/systemui/%.o: source/apps/systemui/%.c $(RULES) | $(PERF_H)
	$(say)
	$(RISCV_CC) $(OS_CFLAGS) $(OS_WHOLE) -Isource/apps/systemui -Isource/apps/systemui/virt -c $< -o $@

$(OS)/source/libs/perf-client/%.o: source/libs/perf-client/%.c $(RULES) | $(PERF_H)
	$(say)
	$(RISCV_CC) $(OS_CFLAGS) $(OS_WHOLE) -c $< -o $@

# SystemUI is linked by itself, and of its names only what the monitor starts it with are seen: it has its own
# copies of drivers and library, in its own memory.
USER_C := $(SYSTEMUI_BASE_C) $(wildcard source/apps/systemui/virt/*.c) $(filter-out %_posix.c,$(CLIENT_C)) $(CHANNEL_C) \
	$(OS_DIR)/boot/memory.c $(addprefix $(OS_DIR)/drivers/,gpu.c input.c virtio.c virtq.c options.c)
USER_O := $(call objects,$(OS),$(USER_C)) \
	$(call objects,$(FREE_RISCV),$(filter-out %/mem.c,$(RUNTIME_IMAGE_C))) $(FREE_RISCV)/gen/perf.capnp.o

# In the image with all parts the HUD has all panels.
$(OS)/systemui.user.o: $(call objects,$(OS),$(SYSTEMUI_PANELS_0))
$(OS)/systemui-full.user.o: $(call objects,$(OS),$(SYSTEMUI_PANELS_1))
$(OS)/systemui.user.o $(OS)/systemui-full.user.o: $(USER_O) $(OS_DIR)/monitor/user.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) $(LTO_OBJECT) -r -T $(OS_DIR)/monitor/user.ld -Wl,-e,systemui_start -Wl,-u,user_start \
		$(filter %.o,$^) -lc -lgcc -o $@.tmp
	$(RISCV_BIN)objcopy --keep-global-symbol=systemui_start --keep-global-symbol=user_start $@.tmp $@
	@rm $@.tmp

$(OS)/perfd.elf: $(OS_PERFD_O) $(OS)/systemui.user.o

# A player of run logs: the core, and a port that is told everything by the log.
OS_PLAYER_O := $(OS_FREE_O) $(OS_LANES_O_1) $(call objects,$(FREE_RISCV),$(FULL_C_1)) \
	$(call objects,$(OS),$(REPLAY_C))
$(OS)/player.elf: $(OS_PLAYER_O)
$(OS)/$(OS_DIR)/main_player.o: OS_CFLAGS += -I$(TEST_DIR)

$(OS)/perfd-nostate.elf: $(OS_NO_STATE_O)
$(OS)/perfd-lanes.elf: $(OS_LANES_O)
$(OS)/perfd-full.elf: $(OS_FULL_O) $(OS)/systemui-full.user.o
$(OS)/perfd-nostate.elf $(OS)/perfd-lanes.elf: $(OS)/systemui.user.o
$(OS)/perfd-nostate.elf $(OS)/perfd-lanes.elf $(OS)/perfd-full.elf: $(OS)/$(OS_DIR)/main_perfd.o $(OS_BASE_O) $(OS)/image.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) -T $(OS)/image.ld $(filter %.o,$^) -o $@

$(OS_IMAGES): $(OS)/%.elf: $(OS)/$(OS_DIR)/main_%.o $(OS_BASE_O) $(OS)/image.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) -T $(OS)/image.ld $(filter %.o,$^) -o $@

.PHONY: os
os: $(OS_IMAGES) $(addprefix $(OS)/perfd-,nostate.elf lanes.elf full.elf) ## Build the kernel-free image for QEMU; print its size
	@for image in perfd perfd-nostate perfd-lanes perfd-full; do $(RISCV_BIN)size $(OS)/$$image.elf | awk -v image=$$image.elf \
		'NR == 2 { printf "%-18s %6d bytes of code and constants, %7d of static RAM\n", image, $$1, $$2 + $$3 }'; done

-include $(OS_BASE_O:.o=.d) $(patsubst %.o,%.d,$(filter $(OS)/%.o,$(OS_FULL_O) $(OS_PERFD_O) $(OS_NO_STATE_O) $(OS_PLAYER_O) $(USER_O))) $(patsubst %,$(OS)/$(OS_DIR)/main_%.d,$(OS_MAINS))
