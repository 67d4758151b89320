# What the daemon's tests use: load from our own client, a disk that is slow or full.

$(HOST)/tests/load: $(HOST)/$(TEST_DIR)/load.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/disk_faults.so: $(TEST_DIR)/disk_faults.c
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -shared -fPIC $< -o $@ -ldl

test-build: $(HOST)/tests/load $(HOST)/tests/disk_faults.so
