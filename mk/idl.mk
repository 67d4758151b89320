# The runtime, the generator and what it makes of perf.capnp.

RUNTIME_C := $(wildcard source/libs/nexus-idl-runtime/src/*.c)
# mem.c defines memcpy and friends for images without a C library; a host has better ones.
RUNTIME_HOST_O := $(call objects,$(HOST),$(filter-out %/mem.c,$(RUNTIME_C)))
GENERATOR := $(HOST)/capnpc-nexus-c
GENERATOR_C := $(wildcard tools/nexus-idl/capnpc-nexus-c/*.c)
GENERATOR_O := $(call objects,$(HOST),$(GENERATOR_C))
SCHEMA := tools/nexus-idl/schemas/perf.capnp
PERF_H := $(GEN)/perf.capnp.h
PERF_C := $(GEN)/perf.capnp.c
PERF_O := $(HOST)/gen/perf.capnp.o

$(HOST)/source/libs/nexus-idl-runtime/%.o: source/libs/nexus-idl-runtime/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_RUNTIME) -c $< -o $@

$(HOST)/tools/nexus-idl/%.o: tools/nexus-idl/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(POSIX) $(INC_RUNTIME) -c $< -o $@

# Without RPC: a change there need not make everything anew.
$(GENERATOR): $(GENERATOR_O) $(filter-out %/rpc%,$(RUNTIME_HOST_O))
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(PERF_H) $(PERF_C) &: $(SCHEMA) $(GENERATOR)
	@mkdir -p $(GEN)
	capnp compile --src-prefix=$(dir $(SCHEMA)) -o$(abspath $(GENERATOR)):$(GEN) $(SCHEMA)

$(PERF_O): $(PERF_C) $(PERF_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

-include $(RUNTIME_HOST_O:.o=.d) $(GENERATOR_O:.o=.d)

# The reader and builder are tested without the service.
WIRE_TEST_BIN := $(addprefix $(HOST)/tests/,test_wire test_wire_attacks test_wire_builder)
$(WIRE_TEST_BIN): $(HOST)/tests/%: $(HOST)/tests/perf_v1_host/%.o $(RUNTIME_HOST_O)
	@mkdir -p $(@D)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka
