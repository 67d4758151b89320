# The host tests: each tests/perf_v1_host/test_<name>.c is a cmocka program of its own.

TEST_C := $(wildcard tests/perf_v1_host/test_*.c)
TEST_BIN := $(patsubst tests/perf_v1_host/%.c,$(HOST)/tests/%,$(TEST_C))
# What core tests need beside the core: a port that keeps markers and exports in memory.
TEST_PORT_O := $(HOST)/tests/perf_v1_host/memory_port.o
INC_TEST := -Itests/perf_v1_host -Isource/services/perfd/core $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) $(INC_CLIENT)

$(HOST)/tests/perf_v1_host/%.o: tests/perf_v1_host/%.c | $(PERF_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(POSIX) $(INC_TEST) -c $< -o $@

$(HOST)/tests/test_%: $(HOST)/tests/perf_v1_host/test_%.o $(TEST_PORT_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

.PHONY: test
test: $(TEST_BIN) host
	tests/run $(TEST_BIN)

-include $(wildcard $(HOST)/tests/perf_v1_host/*.d)
