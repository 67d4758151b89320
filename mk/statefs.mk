# The /state store: freestanding library, its image file on a host, its tests.

STATEFS_C := $(wildcard source/libs/statefs/src/*.c)
STATEFS_O := $(call objects,$(HOST),$(STATEFS_C))
STATEFS_IMAGE_O := $(HOST)/source/libs/statefs/host/image_file.o

$(HOST)/source/libs/statefs/src/%.o: source/libs/statefs/src/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_STATEFS) -c $< -o $@

$(HOST)/source/libs/statefs/host/%.o: source/libs/statefs/host/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_STATEFS) -c $< -o $@

$(HOST)/tools/perfctl/cmd_state.o: tools/perfctl/cmd_state.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_STATEFS) $(INC_CLIENT) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/perfctl: $(STATEFS_O) $(STATEFS_IMAGE_O)

-include $(STATEFS_O:.o=.d) $(STATEFS_IMAGE_O:.o=.d)


# The tests: on a disk in memory, but for those of perfctl.
STATEFS_TEST := tests/statefs
STATEFS_TEST_BIN := $(patsubst $(STATEFS_TEST)/%.c,$(HOST)/tests/%,$(wildcard $(STATEFS_TEST)/test_*.c))
STATEFS_TEST_LIB_O := $(addprefix $(HOST)/$(STATEFS_TEST)/,memory_disk.o model.o power.o)

$(HOST)/$(STATEFS_TEST)/%.o: $(STATEFS_TEST)/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -I$(STATEFS_TEST) $(INC_STATEFS) $(INC_PERFD) -c $< -o $@

$(STATEFS_TEST_BIN) $(HOST)/tests/powercut_pairs: $(HOST)/tests/%: $(HOST)/$(STATEFS_TEST)/%.o $(STATEFS_TEST_LIB_O) \
		$(STATEFS_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# The image's exporter runs on a host, too, on a transport that calls the store.
VIRT_STATEFS_C := $(wildcard source/services/perfd/ports/virt/statefs/*.c)
VIRT_STATEFS_O := $(call objects,$(HOST),$(VIRT_STATEFS_C))
$(VIRT_STATEFS_O): $(HOST)/%.o: %.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_PERFD) $(INC_STATEFS) -c $< -o $@

$(HOST)/tests/test_statefs_exporter: $(VIRT_STATEFS_O)

$(HOST)/tests/state_put: $(HOST)/$(STATEFS_TEST)/state_put.o $(STATEFS_IMAGE_O) $(STATEFS_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

TEST_BIN += $(STATEFS_TEST_BIN)
TEST_SCRIPTS += $(wildcard $(STATEFS_TEST)/test_*.py)
test-build: $(STATEFS_TEST_BIN) $(HOST)/tests/state_put

.PHONY: test-powercuts
test-powercuts: $(HOST)/tests/powercut_pairs ## Cut the store's power twice, everywhere: some minutes
	@timeout -k 1 1800 $<

.SECONDARY: $(patsubst $(STATEFS_TEST)/%.c,$(HOST)/$(STATEFS_TEST)/%.o,$(wildcard $(STATEFS_TEST)/*.c))
-include $(wildcard $(HOST)/$(STATEFS_TEST)/*.d) $(VIRT_STATEFS_O:.o=.d)
