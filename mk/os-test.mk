# Tests that boot the whole image. Each tests/os/user/user_<name>.c is a program for SystemUI's place, and
# build/os/user_<name>.elf the image with it there: perfd, its hart and the store's are the same objects.

USER_DIR := $(OS_DIR)/user
USERS := $(patsubst $(USER_DIR)/user_%.c,%,$(wildcard $(USER_DIR)/user_*.c))
USER_IMAGES := $(patsubst %,$(OS)/user_%.elf,$(USERS))
USER_SHARED_C := $(filter-out $(USER_DIR)/user_%,$(wildcard $(USER_DIR)/*.c)) $(filter-out %_posix.c,$(CLIENT_C)) \
	$(CHANNEL_C) $(addprefix source/apps/systemui/virt/,marks.c transport.c) $(OS_DIR)/drivers/options.c
USER_SHARED_O := $(call objects,$(OS),$(USER_SHARED_C)) $(OS)/$(USER_DIR)/script.o \
	$(call objects,$(FREE_RISCV),$(filter-out %/mem.c,$(RUNTIME_IMAGE_C))) $(FREE_RISCV)/gen/perf.capnp.o

# The script that determinism is tested with: built in, and played on the host as well.
SCRIPT := $(OS)/session.script
$(SCRIPT): $(OS_DIR)/script.py
	$(say)
	python3 $< >$@

$(OS)/$(USER_DIR)/script.o: $(USER_DIR)/script.S $(RULES) $(SCRIPT)
	$(say)
	$(RISCV_CC) $(RISCV_FLAGS) -Wa,-I$(OS) -c $< -o $@

$(USERS:%=$(OS)/user/%.user.o): $(OS)/user/%.user.o: $(OS)/$(USER_DIR)/user_%.o $(USER_SHARED_O) \
		$(OS_DIR)/monitor/user.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) $(LTO_OBJECT) -r -T $(OS_DIR)/monitor/user.ld -Wl,-e,systemui_start -Wl,-u,user_start \
		$(filter %.o,$^) -lc -lgcc -o $@.tmp
	$(RISCV_BIN)objcopy --keep-global-symbol=systemui_start --keep-global-symbol=user_start $@.tmp $@
	@rm $@.tmp

# Programs that write a lane of their own, or try to, have a perfd that shares memory; one whose interrupts are looked
# at has all there is.
USER_FULL_IMAGES := $(OS)/user_machine.elf
$(USER_FULL_IMAGES): $(OS_FULL_O)
$(filter-out $(USER_FULL_IMAGES),$(USER_IMAGES)): $(OS_LANES_O)
$(USER_IMAGES): $(OS)/user_%.elf: $(OS)/$(OS_DIR)/main_perfd.o $(OS_BASE_O) $(OS)/user/%.user.o $(OS)/image.ld
	$(say)
	$(RISCV_CC) $(OS_LDFLAGS) -T $(OS)/image.ld $(filter-out $(OS_REPLACED),$(filter %.o,$^)) -o $@

# What marks cost, is counted where they are compiled for speed.
$(OS)/$(USER_DIR)/user_marks.o: OS_OPT := -O2

# One has a keyboard.
$(OS)/user/machine.user.o: $(call objects,$(OS),$(addprefix $(OS_DIR)/drivers/,input.c virtio.c virtq.c))

# One has a disk in memory that takes as long as it is told.
$(OS)/user_ticks.elf: $(OS)/$(OS_DIR)/disk_slow.o
$(OS)/user_ticks.elf: OS_REPLACED := $(OS)/$(OS_DIR)/store/disk.o

# What SystemUI draws, drawn on this machine.
$(HOST)/$(OS_DIR)/draw.o: $(OS_DIR)/draw.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) -Isource/apps/systemui $(INC_CLIENT) $(INC_RUNTIME) -c $< -o $@

$(HOST)/tests/draw: $(HOST)/$(OS_DIR)/draw.o $(call objects,$(HOST),$(SYSTEMUI_C)) $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

OS_TESTS := $(wildcard $(OS_DIR)/test_*.py)

OS_TEST_LIST := $(OS)/tests.list

.PHONY: test-os test-os-build
test-os-build: os os-drivers $(USER_IMAGES) $(FREE_RISCV)/perfd-nolanes.elf host \
		$(addprefix $(HOST)/tests/,client_cpp draw driver load mark_program play) $(BIG)/play ## Build every test of the image, run none
	@printf '%s\n' $(OS_TESTS) >$(OS_TEST_LIST)

test-os: test-os-build ## Boot the image, and test it from outside
	@HOST=$(HOST) tests/run --logs $(OS)/logs @$(OS_TEST_LIST)

.PHONY: test-os-pace
test-os-pace: os host ## SystemUI at 60 Hz for a minute: needs two processors with nothing else to do
	HOST=$(HOST) $(OS_DIR)/test_pace.py 60

-include $(HOST)/$(OS_DIR)/draw.d $(patsubst %.o,%.d,$(filter $(OS)/$(USER_DIR)/%,$(USER_SHARED_O))) $(USERS:%=$(OS)/$(USER_DIR)/user_%.d)
