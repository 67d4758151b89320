# The kernel-free image for QEMU's riscv64 virt: `make os` -> build/os/perfd.elf.
#
# Each tests/os/main_<name>.c is an image of its own, build/os/<name>.elf, with the boot code and the drivers that
# it calls.

OS := $(BUILD)/os
OS_DIR := tests/os
OS_CFLAGS = -std=c11 $(WARN) -Os -g $(RISCV_FLAGS) --specs=picolibc.specs -ffreestanding -ffunction-sections \
	-fdata-sections -fno-common -MMD -MP -I$(OS_DIR)
OS_LDFLAGS := $(RISCV_FLAGS) --specs=picolibc.specs -nostartfiles -static -Wl,--gc-sections -Wl,--fatal-warnings \
	-Wl,--no-warn-rwx-segments

OS_BOOT_C := $(wildcard $(OS_DIR)/boot/*.c)
OS_BOOT_S := $(wildcard $(OS_DIR)/boot/*.S)
OS_DRIVERS_C := $(filter-out $(OS_DIR)/drivers/test_%,$(wildcard $(OS_DIR)/drivers/*.c))
OS_BASE_O := $(call objects,$(OS),$(OS_BOOT_C) $(OS_DRIVERS_C)) $(patsubst %.S,$(OS)/%.o,$(OS_BOOT_S))
OS_MAINS := $(patsubst $(OS_DIR)/main_%.c,%,$(wildcard $(OS_DIR)/main_*.c))
OS_IMAGES := $(patsubst %,$(OS)/%.elf,$(OS_MAINS))

$(OS)/$(OS_DIR)/%.o: $(OS_DIR)/%.c
	$(say)
	$(RISCV_CC) $(OS_CFLAGS) -c $< -o $@

$(OS)/$(OS_DIR)/%.o: $(OS_DIR)/%.S
	$(say)
	$(RISCV_CC) $(RISCV_FLAGS) -MMD -MP -I$(OS_DIR)/boot -c $< -o $@

$(OS)/image.ld: $(OS_DIR)/boot/image.ld $(OS_DIR)/boot/layout.h
	$(say)
	$(RISCV_CC) -E -P -x c -I$(OS_DIR)/boot $< -o $@

$(OS_IMAGES): $(OS)/%.elf: $(OS)/$(OS_DIR)/main_%.o $(OS_BASE_O) $(OS)/image.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) -T $(OS)/image.ld $(filter %.o,$^) -o $@

.PHONY: os
os: $(OS_IMAGES) ## Build the kernel-free image for QEMU

-include $(OS_BASE_O:.o=.d) $(patsubst %,$(OS)/$(OS_DIR)/main_%.d,$(OS_MAINS))
