# What the daemon's tests use: load from our own client, a disk that is slow or full.

$(HOST)/tests/load: $(HOST)/$(TEST_DIR)/load.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/disk_faults.so: $(TEST_DIR)/disk_faults.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -shared -fPIC $< -o $@ -ldl

# A guest's side of the serial link, on this machine: all of the daemon but its own loop, socket and counters.
HARDWARE_O := $(filter $(HOST)/source/services/perfd/ports/posix/hardware%.o,$(POSIX_O))
GUEST_POSIX_O := $(filter-out %/main.o %/listen_fd.o %/channel.o %/options.o %/policy.o $(HARDWARE_O),$(POSIX_O))
$(HOST)/tests/serial_guest: $(HOST)/$(TEST_DIR)/serial_guest.o $(GUEST_POSIX_O) $(PATHS_O) $(SERVER_O) $(CORE_O) \
		$(PERF_O) $(RUNTIME_HOST_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

test-build: $(HOST)/tests/load $(HOST)/tests/disk_faults.so $(HOST)/tests/serial_guest

# Writes a lane in shared memory by hand.
$(HOST)/tests/lane_client: $(HOST)/$(TEST_DIR)/lane_client.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

test-build: $(HOST)/tests/lane_client

# The counters of the machine, from a script and from the kernel.
HARDWARE_TEST_BIN := $(filter $(HOST)/tests/test_hardware%,$(TEST_BIN))
$(HARDWARE_TEST_BIN): $(HOST)/tests/%: $(HOST)/$(TEST_DIR)/%.o $(filter-out %/hardware_publish.o,$(HARDWARE_O))
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka -lpfm
$(HOST)/tests/test_hardware_publish: $(filter %/hardware_publish.o,$(HARDWARE_O))
$(HARDWARE_TEST_BIN:$(HOST)/tests/%=$(HOST)/$(TEST_DIR)/%.o): INC_TEST += -Isource/services/perfd/ports/posix
