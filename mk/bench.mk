# The benchmarks: `make bench` measures everything and shows it against the targets, `make bench-diff` holds
# what repeats (instructions, sizes, stack) against the checked-in baseline.

BENCH_DIR := bench
BENCH_OUT := out/bench
BENCH_NAMES := marks frames export rpc load
BENCH_C_BIN := $(patsubst %,$(HOST)/bench/%,$(BENCH_NAMES))
BENCH_BIN := $(BENCH_C_BIN) $(HOST)/bench/codec
BENCH_O := $(HOST)/$(BENCH_DIR)/bench.o
INC_BENCH := -I$(BENCH_DIR) -I$(TEST_DIR) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) $(INC_CLIENT)

$(HOST)/$(BENCH_DIR)/%.o: $(BENCH_DIR)/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_BENCH) -c $< -o $@

$(BENCH_C_BIN): $(HOST)/bench/%: $(HOST)/$(BENCH_DIR)/%.o $(BENCH_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/bench/marks: $(addprefix $(HOST)/$(BENCH_DIR)/,floors.o lanes.o) $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
$(HOST)/bench/frames $(HOST)/bench/rpc: $(HOST)/$(BENCH_DIR)/floors.o
$(HOST)/bench/frames: $(MEMORY_PORT_O) $(CORE_O)
# With the daemon's exporter.
$(HOST)/bench/export: $(HOST)/$(BENCH_DIR)/sprintf_trace.o $(GUEST_POSIX_O) $(PATHS_O) $(CORE_O)
$(HOST)/bench/load: $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
$(HOST)/bench/rpc: $(MEMORY_PORT_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)

# Our messages beside those of the library that everybody else has, built and linked as is best for it.
CAPNP_FLAGS := -std=c++17 -Wall -Wextra -Werror -O2 -DNDEBUG -g
$(HOST)/$(BENCH_DIR)/codec_capnp.o: $(BENCH_DIR)/codec_capnp.cc $(BENCH_DIR)/codec.h $(CPP_GEN)/perf.capnp.c++
	$(say)
	$(CXX) $(CAPNP_FLAGS) -I$(BENCH_DIR) -I$(CPP_GEN) -c $< -o $@

CODEC_O := $(addprefix $(HOST)/$(BENCH_DIR)/,codec_marks.o floors.o bench.o) $(RUNTIME_HOST_O)
$(HOST)/bench/codec: $(addprefix $(HOST)/$(BENCH_DIR)/,codec.o codec_capnp.o) $(CODEC_O)
	$(say)
	$(CXX) $(OPT) $(EXTRA) $^ -o $@ -Wl,-Bstatic -lcapnp -lkj -Wl,-Bdynamic -pthread

# Peers, where they are installed.
BENCH_PEER_O := $(HOST)/$(BENCH_DIR)/floors.o $(BENCH_O)
BENCH_PEERS := $(if $(shell command -v barectf 2>/dev/null),$(HOST)/bench/peer_barectf) \
	$(if $(shell echo '#include <lttng/tracepoint.h>' | $(CC) -E - >/dev/null 2>&1 && echo yes),$(HOST)/bench/peer_lttng) \
	$(if $(and $(shell command -v nanopb_generator.py 2>/dev/null),$(wildcard /usr/include/pb_encode.h)),$(HOST)/bench/peer_nanopb)
PEER_FLAGS := -std=gnu11 -O2 -g -D_GNU_SOURCE

$(GEN)/barectf/barectf.c: $(BENCH_DIR)/peers/barectf.yaml
	$(say)
	cd $(@D) && barectf generate $(abspath $<) >/dev/null

$(HOST)/bench/peer_barectf: $(BENCH_DIR)/peers/barectf.c $(BENCH_DIR)/peers/peers.h $(GEN)/barectf/barectf.c $(BENCH_PEER_O)
	$(say)
	$(CC) $(PEER_FLAGS) -I$(BENCH_DIR) -I$(GEN)/barectf $(filter %.c %.o,$^) -o $@

$(HOST)/bench/peer_lttng: $(BENCH_DIR)/peers/lttng.c $(BENCH_DIR)/peers/lttng_events.h $(BENCH_DIR)/peers/peers.h $(BENCH_PEER_O)
	$(say)
	$(CC) $(PEER_FLAGS) -I$(BENCH_DIR) $(filter %.c %.o,$^) -o $@ -llttng-ust -ldl

$(GEN)/nanopb/mark.pb.c: $(BENCH_DIR)/peers/mark.proto $(BENCH_DIR)/peers/mark.options
	$(say)
	cd $(BENCH_DIR)/peers && nanopb_generator.py -q -D $(abspath $(@D)) mark.proto

$(HOST)/bench/peer_nanopb: $(BENCH_DIR)/peers/nanopb.c $(GEN)/nanopb/mark.pb.c $(CODEC_O)
	$(say)
	$(CC) $(PEER_FLAGS) -I$(BENCH_DIR) -I$(GEN)/nanopb $(filter %.c %.o,$^) -o $@ -lprotobuf-nanopb

BENCH_NEEDS := $(BENCH_BIN) $(FREE_OBJECTS) $(FREE_SIZES) $(FREE_OBJECTS:perfd.o=stack.elf) host

.PHONY: bench bench-diff bench-baseline
bench: $(BENCH_NEEDS) $(BENCH_PEERS) ## Measure it all against targets and floors: a table, and out/bench/bench.json
	@scripts/bench --build $(BUILD) --out $(BENCH_OUT)

bench-diff: $(BENCH_NEEDS) ## Hold instruction counts, sizes and stack against bench/baseline.json
	@scripts/bench --build $(BUILD) --out $(BENCH_OUT) --counts --against $(BENCH_DIR)/baseline.json

bench-baseline: $(BENCH_NEEDS) ## Make what is measured the baseline
	@scripts/bench --build $(BUILD) --out $(BENCH_OUT) --counts --write $(BENCH_DIR)/baseline.json

# With sanitizers it is other code.
ifndef EXTRA
TEST_SCRIPTS += $(BENCH_DIR)/test_baseline.py
test-build: $(BENCH_NEEDS)
endif

-include $(wildcard $(HOST)/$(BENCH_DIR)/*.d)
