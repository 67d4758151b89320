# What the daemon's tests use: load from our own client, a disk that is slow or full.

$(HOST)/tests/load: $(HOST)/$(TEST_DIR)/load.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/disk_faults.so: $(TEST_DIR)/disk_faults.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -shared -fPIC $< -o $@ -ldl

# A guest's side of the serial link, on this machine: all of the daemon but its own loop and socket.
GUEST_POSIX_O := $(filter-out %/main.o %/channel.o %/options.o %/policy.o,$(POSIX_O))
$(HOST)/tests/serial_guest: $(HOST)/$(TEST_DIR)/serial_guest.o $(GUEST_POSIX_O) $(PATHS_O) $(SERVER_O) $(CORE_O) \
		$(PERF_O) $(RUNTIME_HOST_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

test-build: $(HOST)/tests/load $(HOST)/tests/disk_faults.so $(HOST)/tests/serial_guest

# Writes a lane in shared memory by hand.
$(HOST)/tests/lane_client: $(HOST)/$(TEST_DIR)/lane_client.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

test-build: $(HOST)/tests/lane_client
