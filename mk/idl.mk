# The runtime, the generator and what it makes of perf.capnp.

# Code for speed alone is in fast.c; images have fast_none.c in its place.
RUNTIME_FAST_C := source/libs/nexus-idl-runtime/src/fast.c
RUNTIME_IMAGE_C := $(filter-out $(RUNTIME_FAST_C),$(wildcard source/libs/nexus-idl-runtime/src/*.c))
RUNTIME_C := $(filter-out %/fast_none.c,$(RUNTIME_IMAGE_C)) $(RUNTIME_FAST_C)
# The reader and builder, without RPC.
WIRE_C := $(filter-out %/mem.c $(wildcard source/libs/nexus-idl-runtime/src/rpc*.c),$(RUNTIME_C))
# mem.c defines memcpy and friends for images without a C library; a host has better ones.
RUNTIME_HOST_O := $(call objects,$(HOST),$(filter-out %/mem.c,$(RUNTIME_C)))
GENERATOR := $(HOST)/capnpc-nexus-c
GENERATOR_C := $(wildcard tools/nexus-idl/capnpc-nexus-c/*.c)
GENERATOR_O := $(call objects,$(HOST),$(GENERATOR_C))
SCHEMA := tools/nexus-idl/schemas/perf.capnp
# Of the run log; there is no code in what is made of it but what its header has.
LOG_SCHEMA := tools/nexus-idl/schemas/runlog.capnp
PERF_H := $(GEN)/perf.capnp.h
PERF_C := $(GEN)/perf.capnp.c
PERF_O := $(HOST)/gen/perf.capnp.o

$(HOST)/source/libs/nexus-idl-runtime/%.o: source/libs/nexus-idl-runtime/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_RUNTIME) -c $< -o $@

$(HOST)/tools/nexus-idl/%.o: tools/nexus-idl/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_RUNTIME) -c $< -o $@

# As others link it, into programs and into shared objects, which then export nothing of it.
IDL_LIB := $(HOST)/libnexus-idl.a
IDL_LIB_O := $(call objects,$(HOST)/libnexus-idl,$(filter-out %/mem.c,$(RUNTIME_C)))
$(IDL_LIB_O): $(HOST)/libnexus-idl/%.o: %.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) -fPIC -fvisibility=hidden $(INC_RUNTIME) -c $< -o $@

$(IDL_LIB): $(IDL_LIB_O)
	$(say)
	rm -f $@
	ar rcsD $@ $^

# Without RPC: a change there need not make everything anew.
$(GENERATOR): $(GENERATOR_O) $(call objects,$(HOST),$(WIRE_C))
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(PERF_H) $(PERF_C) $(GEN)/runlog.capnp.h &: $(SCHEMA) $(LOG_SCHEMA) $(GENERATOR)
	@mkdir -p $(GEN)
	capnp compile --src-prefix=$(dir $(SCHEMA)) -o$(abspath $(GENERATOR)):$(GEN) $(SCHEMA) $(LOG_SCHEMA)

$(PERF_O): $(PERF_C) $(RULES) $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

-include $(RUNTIME_HOST_O:.o=.d) $(IDL_LIB_O:.o=.d) $(GENERATOR_O:.o=.d)

# The reader and builder are tested without the service.
WIRE_TEST_BIN := $(addprefix $(HOST)/tests/,test_wire test_wire_attacks test_wire_builder test_packed test_packed_messages)
$(WIRE_TEST_BIN): $(HOST)/tests/%: $(HOST)/tests/perf_v1_host/%.o $(call objects,$(HOST),$(WIRE_C))
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# Once more as images have it; for size, so that no field is accessed where it is asked for.
WIRE_PLAIN_BIN := $(WIRE_TEST_BIN:=_plain)
RUNTIME_PLAIN_O := $(call objects,$(HOST)/plain,$(filter-out %/mem.c,$(RUNTIME_IMAGE_C)))
$(HOST)/plain/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) -Os $(POSIX) $(INC_TEST) -c $< -o $@

-include $(RUNTIME_PLAIN_O:.o=.d) $(wildcard $(HOST)/plain/tests/perf_v1_host/*.d)

$(WIRE_PLAIN_BIN): $(HOST)/tests/%_plain: $(HOST)/plain/tests/perf_v1_host/%.o $(RUNTIME_PLAIN_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# Packing, as a program; and the official library's, which judges it.
$(HOST)/tests/packer: $(HOST)/tests/perf_v1_host/packer.o $(call objects,$(HOST),$(WIRE_C))
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/packed_judge: tests/perf_v1_host/packed_judge.cc
	$(say)
	$(CXX) -std=c++17 -Wall -Wextra -Werror -O1 -g $^ -o $@ -lcapnp -lkj

test-build: $(HOST)/tests/packer $(HOST)/tests/packed_judge

# A schema with everything in it, and a program for each schema that goes through all of its fields.
IDL_TEST := tests/perf_v1_host/idl
ALL_SCHEMAS := all.capnp part/other.capnp
GEN_ALL := $(BUILD)/gen-all
ALL_H := $(GEN_ALL)/all.capnp.h
ALL_O := $(HOST)/gen/all.capnp.o
WALKERS := $(HOST)/tests/walker_all $(HOST)/tests/walker_perf

$(ALL_H) $(GEN_ALL)/all.capnp.c &: $(addprefix $(IDL_TEST)/,$(ALL_SCHEMAS)) $(GENERATOR)
	@mkdir -p $(GEN_ALL)
	cd $(IDL_TEST) && capnp compile -o$(abspath $(GENERATOR)):$(abspath $(GEN_ALL)) $(ALL_SCHEMAS)

$(ALL_O): $(GEN_ALL)/all.capnp.c $(RULES) $(ALL_H)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_RUNTIME) -I$(GEN_ALL) -c $< -o $@

$(GEN_ALL)/walker_all.c: $(IDL_TEST)/make_walker.py $(IDL_TEST)/schema.py $(ALL_H)
	python3 -B $< $(IDL_TEST) $(ALL_SCHEMAS) >$@

$(GEN_ALL)/walker_perf.c: $(IDL_TEST)/make_walker.py $(IDL_TEST)/schema.py $(PERF_H)
	$(say)
	python3 -B $< $(dir $(SCHEMA)) $(notdir $(SCHEMA) $(LOG_SCHEMA)) >$@

$(HOST)/gen/walker_%.o: $(GEN_ALL)/walker_%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_RUNTIME) $(INC_GEN) -I$(GEN_ALL) -c $< -o $@

$(WALKERS): $(HOST)/tests/walker_%: $(HOST)/gen/walker_%.o $(call objects,$(HOST),$(WIRE_C))
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

$(HOST)/tests/perf_v1_host/test_generator.o: tests/perf_v1_host/test_generator.c $(RULES) $(ALL_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -Itests/perf_v1_host $(INC_RUNTIME) -I$(GEN_ALL) -c $< -o $@

$(HOST)/tests/test_generator: $(HOST)/tests/perf_v1_host/test_generator.o $(ALL_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# The same on a big-endian machine.
WALKERS_BIG := $(WALKERS:$(HOST)/tests/%=$(BUILD)/s390x/%)
$(WALKERS_BIG): $(BUILD)/s390x/%: $(GEN_ALL)/%.c $(WIRE_C)
	$(say)
	s390x-linux-gnu-gcc -std=c11 $(WARN) -O2 -static $(INC_RUNTIME) $(INC_GEN) -I$(GEN_ALL) $^ -o $@

test-build: $(WALKERS) $(WALKERS_BIG)

-include $(wildcard $(HOST)/gen/*.d)
