# The tests. Each tests/perf_v1_host/test_<name>.c is a cmocka program of its own, each test_<name>.py a script
# that ends in `N passed, N failed`; tests/run runs and counts them all.

TEST_DIR := tests/perf_v1_host
TEST_BIN := $(patsubst $(TEST_DIR)/%.c,$(HOST)/tests/%,$(wildcard $(TEST_DIR)/test_*.c))
TEST_SCRIPTS := $(wildcard $(TEST_DIR)/test_*.py $(TEST_DIR)/test_*.sh tests/browser/test_*.py tests/fuzz/test_*.py)
INC_TEST := -I$(TEST_DIR) -Isource/services/perfd/core $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) $(INC_CLIENT) $(INC_PATHS)

# Tests of the core alone link it to a port in memory, and need nothing of what lies above it.
CORE_TESTS := arena bad_input histogram metrics_% order put run_log sessions trace% wide
CORE_TEST_BIN := $(filter $(addprefix $(HOST)/tests/test_,$(CORE_TESTS)),$(TEST_BIN))
MEMORY_PORT_O := $(HOST)/$(TEST_DIR)/memory_port.o
FIXTURE_O := $(MEMORY_PORT_O) $(HOST)/$(TEST_DIR)/fixture.o

$(HOST)/$(TEST_DIR)/%.o: $(TEST_DIR)/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_TEST) -c $< -o $@

$(CORE_TEST_BIN): $(HOST)/tests/%: $(HOST)/$(TEST_DIR)/%.o $(FIXTURE_O) $(CORE_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

$(HOST)/tests/test_%: $(HOST)/$(TEST_DIR)/test_%.o $(FIXTURE_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# Mutations start from calls that fuzzing starts from, too.
$(HOST)/tests/test_server_fuzz: $(HOST)/tests/fuzz/calls.o

# Tests of RPC link both of its sides and no service.
RPC_TEST_BIN := $(filter $(HOST)/tests/test_rpc%,$(TEST_BIN))
$(RPC_TEST_BIN): $(HOST)/tests/%: $(HOST)/$(TEST_DIR)/%.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# Once more as images have it.
$(HOST)/tests/test_rpc_fuzz $(HOST)/tests/test_rpc_fuzz_plain: $(HOST)/tests/fuzz/mutate.o
RPC_PLAIN_BIN := $(addprefix $(HOST)/tests/,test_rpc_plain test_rpc_fuzz_plain)
$(RPC_PLAIN_BIN): $(HOST)/tests/%_plain: $(HOST)/plain/$(TEST_DIR)/%.o $(RUNTIME_PLAIN_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka
TEST_BIN += $(WIRE_PLAIN_BIN) $(RPC_PLAIN_BIN)

# perfctl's statistics stand alone.
$(HOST)/$(TEST_DIR)/test_statistics.o: INC_TEST += -Itools/perfctl
$(HOST)/tests/test_statistics: $(HOST)/$(TEST_DIR)/test_statistics.o $(HOST)/tools/perfctl/statistics.o
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka -lm

# So do the HUD's cells.
HUD_CELLS_O := $(addprefix $(HOST)/tools/perfctl/hud_,cells.o graph.o panels.o screen.o)
$(HOST)/$(TEST_DIR)/test_hud_screen.o: INC_TEST += -Itools/perfctl
$(HOST)/tests/test_hud_screen: $(HOST)/$(TEST_DIR)/test_hud_screen.o $(HUD_CELLS_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# SystemUI's tests link its portable part and the service, on a platform and a transport of their own.
SYSTEMUI_TEST_BIN := $(filter $(HOST)/tests/test_systemui%,$(TEST_BIN))
SYSTEMUI_WORLD_O := $(HOST)/$(TEST_DIR)/systemui_world.o
SYSTEMUI_TEST_O := $(SYSTEMUI_TEST_BIN:$(HOST)/tests/%=$(HOST)/$(TEST_DIR)/%.o) $(SYSTEMUI_WORLD_O)
$(SYSTEMUI_TEST_O): $(HOST)/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -I$(TEST_DIR) -Isource/apps/systemui $(INC_CLIENT) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(SYSTEMUI_TEST_BIN): $(HOST)/tests/%: $(HOST)/$(TEST_DIR)/%.o $(SYSTEMUI_WORLD_O) $(call objects,$(HOST),$(SYSTEMUI_C)) \
		$(filter-out %/transport_posix.o,$(CLIENT_O)) $(MEMORY_PORT_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka -lm

# A stock Cap'n Proto client: official compiler, official library, and no code of this project.
CPP_GEN := $(GEN)/cc
$(CPP_GEN)/perf.capnp.c++: $(SCHEMA)
	$(say)
	capnp compile --src-prefix=$(dir $(SCHEMA)) -oc++:$(CPP_GEN) $(SCHEMA)

$(HOST)/tests/client_cpp: $(TEST_DIR)/client_cpp.cc $(CPP_GEN)/perf.capnp.c++
	$(say)
	$(CXX) -std=c++17 -Wall -Wextra -Werror -O1 -g -I$(CPP_GEN) $^ -o $@ \
		-lcapnp-rpc -lcapnp -lkj-async -lkj

# Plays scripts into the core: for tests in Python, and on a big-endian machine.
DRIVER_C := $(TEST_DIR)/driver.c $(TEST_DIR)/memory_port.c
$(HOST)/tests/driver: $(call objects,$(HOST),$(DRIVER_C)) $(CORE_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/driver_plain: $(call objects,$(HOST),$(DRIVER_C) $(FAST_C_0)) $(filter-out $(call objects,$(HOST),$(FAST_C_1)),$(CORE_O))
	$(CC) $(OPT) $(EXTRA) $^ -o $@

# Feeds recorded frame times into a daemon.
$(HOST)/tests/feed_frames: $(HOST)/$(TEST_DIR)/feed_frames.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

BIG := $(BUILD)/s390x
# Plays run logs, here and there.
PLAY_C := $(TEST_DIR)/play.c $(REPLAY_C) $(addprefix source/services/perfd/server/,read.c choices.c)
BIG_O := $(call objects,$(BIG),$(DRIVER_C) $(CORE_C))
BIG_PLAY_O := $(call objects,$(BIG),$(PLAY_C) $(CORE_C) $(filter-out %/mem.c,$(RUNTIME_C)))
$(BIG)/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	s390x-linux-gnu-gcc -std=c11 $(WARN) -O2 -MMD -MP $(POSIX) -I$(TEST_DIR) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@
$(BIG)/driver: $(BIG_O)
	s390x-linux-gnu-gcc -static $^ -o $@
$(BIG)/play: $(BIG_PLAY_O)
	s390x-linux-gnu-gcc -static $^ -o $@
$(HOST)/tests/play: $(call objects,$(HOST),$(PLAY_C)) $(CORE_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

# The list is a file, so that scripts/test can run it by itself: make would add a line of its own after the
# counts of tests that failed.
TEST_LIST := $(HOST)/tests.list

.PHONY: test test-build test-core
test-build: $(TEST_BIN) $(HOST)/tests/client_cpp $(HOST)/tests/feed_frames $(HOST)/tests/driver \
	$(HOST)/tests/driver_plain $(HOST)/tests/play $(BIG)/driver $(BIG)/play host ## Build every test, run none
	@printf '%s\n' $(TEST_BIN) $(TEST_SCRIPTS) >$(TEST_LIST)

test: test-build ## Build and run every test
	@HOST=$(HOST) tests/run --logs $(HOST)/logs @$(TEST_LIST)

.PHONY: test-sanitize
test-sanitize: ## Build and run every test with the address and undefined behaviour sanitizers
	$(MAKE) BUILD=$(BUILD)-sanitize OPT="-O1 -g" STACK_USAGE_MAX=16384 \
		EXTRA="-fsanitize=address,undefined -fno-sanitize-recover=all" test

CORE_TEST_SCRIPTS := $(TEST_DIR)/test_runner.py $(TEST_DIR)/test_figures.py $(TEST_DIR)/test_golden.py \
	$(wildcard $(TEST_DIR)/test_trace*.py)
test-core: $(CORE_TEST_BIN) $(HOST)/tests/driver $(HOST)/tests/driver_plain $(BIG)/driver ## Only the tests of the core
	@HOST=$(HOST) tests/run --logs $(HOST)/logs $(CORE_TEST_BIN) $(CORE_TEST_SCRIPTS)

# Kept, so that a second run builds nothing.
.SECONDARY: $(patsubst $(TEST_DIR)/%.c,$(HOST)/$(TEST_DIR)/%.o,$(wildcard $(TEST_DIR)/*.c))

-include $(wildcard $(HOST)/$(TEST_DIR)/*.d) $(BIG_O:.o=.d) $(BIG_PLAY_O:.o=.d)
