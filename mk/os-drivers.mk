# The drivers' test images: each tests/os/drivers/test_<name>.c is one, run by tests/os/test_drivers.py.

OS_TEST_O := $(call objects,$(OS),$(addprefix $(OS_DIR)/drivers/,test_image.c plic_settle.c))
OS_TEST_MAINS := $(filter-out image,$(patsubst $(OS_DIR)/drivers/test_%.c,%,$(wildcard $(OS_DIR)/drivers/test_*.c)))
OS_TEST_IMAGES := $(patsubst %,$(OS)/drivers/test_%.elf,$(OS_TEST_MAINS))

$(OS_TEST_IMAGES): $(OS)/drivers/test_%.elf: $(OS)/$(OS_DIR)/drivers/test_%.o $(OS_TEST_O) $(OS_BASE_O) $(OS)/image.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) -T $(OS)/image.ld $(filter %.o,$^) -o $@

# How SystemUI takes its keys, on the real driver.
$(OS)/drivers/test_keys.elf: $(OS)/source/apps/systemui/virt/keys.o
$(OS)/$(OS_DIR)/drivers/test_keys.o: OS_CFLAGS += -Isource/apps/systemui -Isource/apps/systemui/virt

.PHONY: os-drivers
os-drivers: $(OS_TEST_IMAGES)

-include $(OS_TEST_O:.o=.d) $(patsubst %,$(OS)/$(OS_DIR)/drivers/test_%.d,$(OS_TEST_MAINS))
