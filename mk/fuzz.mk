# Fuzzing: docs/fuzzing.md. Each tests/fuzz/fuzz_<name>.c is a target; what it links beside is in FUZZ_C_<name>.

FUZZ_DIR := tests/fuzz
FUZZ_NAMES := $(patsubst $(FUZZ_DIR)/fuzz_%.c,%,$(wildcard $(FUZZ_DIR)/fuzz_*.c))
INC_FUZZ := -I$(FUZZ_DIR) -I$(TEST_DIR) -Itools/nexus-idl/capnpc-nexus-c $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN)

FUZZ_RUNTIME_C := $(filter-out %/mem.c,$(RUNTIME_C))
FUZZ_JUDGED_C := $(addprefix $(FUZZ_DIR)/,compare.c shape.c walk.c oracle_ask.c)
FUZZ_SERVICE_C := $(FUZZ_DIR)/service.c $(FUZZ_DIR)/walk.c $(TEST_DIR)/memory_port.c $(SERVER_C) $(CORE_C) $(PERF_C)
FUZZ_C_message := $(FUZZ_JUDGED_C) $(FUZZ_RUNTIME_C)
FUZZ_C_vat := $(FUZZ_SERVICE_C) $(FUZZ_RUNTIME_C)
FUZZ_C_client := $(FUZZ_DIR)/walk.c $(FUZZ_RUNTIME_C)
FUZZ_C_builder := $(FUZZ_JUDGED_C) $(FUZZ_RUNTIME_C)
FUZZ_C_generator := $(filter-out %/main.c,$(GENERATOR_C)) $(FUZZ_RUNTIME_C)
FUZZ_C_link := $(FUZZ_RUNTIME_C)
FUZZ_C_packed := $(FUZZ_RUNTIME_C)

# The official library, asked by the targets that it judges.
ORACLE := $(HOST)/tests/fuzz_oracle
$(ORACLE): $(FUZZ_DIR)/oracle.cc $(FUZZ_DIR)/transcript.h $(RULES)
	$(say)
	$(CXX) -std=c++17 -Wall -Wextra -Werror -O2 -g $< -o $@ -lcapnp -lkj

# Without libFuzzer: the checked-in corpora, and mutations of them, as part of the tests.
FUZZ_DRIVER_C := $(addprefix $(FUZZ_DIR)/,driver.c mutate.c)
FUZZ_BIN := $(addprefix $(HOST)/tests/fuzz_,$(FUZZ_NAMES))
$(HOST)/$(FUZZ_DIR)/%.o: $(FUZZ_DIR)/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_FUZZ) -c $< -o $@

# $(call fuzz_objects,<dir>,<sources>): the same, but for what is generated.
fuzz_objects = $(call objects,$(1),$(filter-out $(PERF_C),$(2))) $(if $(filter $(PERF_C),$(2)),$(1)/gen/perf.capnp.o)

.SECONDEXPANSION:
$(FUZZ_BIN): $(HOST)/tests/fuzz_%: $(HOST)/$(FUZZ_DIR)/fuzz_%.o \
		$$(call fuzz_objects,$$(HOST),$$(FUZZ_DRIVER_C) $$(FUZZ_C_$$*))
	$(CC) $(OPT) $(EXTRA) $^ -o $@

# Every flip of one bit and of two.
FLIPS := $(HOST)/tests/fuzz_flips
FLIPS_C := $(addprefix $(FUZZ_DIR)/,flips.c calls.c) $(FUZZ_JUDGED_C) $(FUZZ_SERVICE_C) $(FUZZ_RUNTIME_C)
$(FLIPS): $(call fuzz_objects,$(HOST),$(sort $(FLIPS_C)))
	$(CC) $(OPT) $(EXTRA) $^ -o $@

FLIP_MESSAGES := $(BUILD)/gen-flips
$(FLIP_MESSAGES)/made: $(FUZZ_DIR)/struct_messages.py $(SCHEMA)
	$(say)
	python3 -B $< $(SCHEMA) $(FLIP_MESSAGES)
	@touch $@

.PHONY: flips fuzz-seeds
fuzz-seeds: $(FLIPS) ## Write the seeds that have a name anew: after a change of perf.capnp
	$(FUZZ_DIR)/seeds.py
	$(FLIPS) --seeds $(FUZZ_DIR)/corpus

flips: $(FLIPS) $(ORACLE) $(FLIP_MESSAGES)/made ## Every flip of one and of two bits of every message: 158 million, a quarter of an hour
	n=$$(nproc); seq 0 $$((n - 1)) | \
		ORACLE=$(ORACLE) xargs -P $$n -I{} $(FLIPS) --part {} $$n $(FLIP_MESSAGES)/*.bin

# The same on 32 bits. Debian's headers for the kernel lie where a compiler for 32 bits does not look.
M32 := -m32 -idirafter /usr/include/$(shell $(CC) -print-multiarch)
# -m32 alone would keep intermediate results in 80 bits.
M32_GCC := $(M32) -msse2 -mfpmath=sse
FUZZ_32 := $(BUILD)/m32
FUZZ_BIN_32 := $(addprefix $(FUZZ_32)/fuzz_,$(FUZZ_NAMES))
$(FUZZ_32)/gen/%.o: $(GEN)/%.c $(RULES)
	$(say)
	$(CC) -std=c11 $(WARN) -O1 -g $(EXTRA) -MMD -MP $(M32_GCC) $(POSIX) $(INC_FUZZ) -c $< -o $@
$(FUZZ_32)/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) -std=c11 $(WARN) -O1 -g $(EXTRA) -MMD -MP $(M32_GCC) $(POSIX) $(INC_FUZZ) -c $< -o $@
$(FUZZ_BIN_32): $(FUZZ_32)/fuzz_%: $(FUZZ_32)/$(FUZZ_DIR)/fuzz_%.o \
		$$(call fuzz_objects,$$(FUZZ_32),$$(FUZZ_DRIVER_C) $$(FUZZ_C_$$*))
	$(CC) $(M32_GCC) $(EXTRA) $^ -o $@

# With libFuzzer and the sanitizers, on 64 bits and on 32.
FUZZ_OUT := $(BUILD)/fuzz
FUZZ_FLAGS := -std=c11 -Wall -Wextra -Werror -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_FLAGS_64 :=
# 64 bits are aligned to 64, as on machines of 32 bits other than this one; gcc above has them at 32.
FUZZ_FLAGS_32 := $(M32) -malign-double
define fuzz_rules
$$(FUZZ_OUT)/$(1)/gen/%.o: $$(GEN)/%.c $$(RULES)
	$$(say)
	clang $$(FUZZ_FLAGS) $$(FUZZ_FLAGS_$(1)) -MMD -MP $$(POSIX) $$(INC_FUZZ) -c $$< -o $$@
$$(FUZZ_OUT)/$(1)/%.o: %.c $$(RULES) | $$(PERF_H)
	$$(say)
	clang $$(FUZZ_FLAGS) $$(FUZZ_FLAGS_$(1)) -MMD -MP $$(POSIX) $$(INC_FUZZ) -c $$< -o $$@
$$(addprefix $$(FUZZ_OUT)/$(1)/fuzz_,$$(FUZZ_NAMES)): $$(FUZZ_OUT)/$(1)/fuzz_%: \
		$$(FUZZ_OUT)/$(1)/$$(FUZZ_DIR)/fuzz_%.o \
		$$$$(call fuzz_objects,$$$$(FUZZ_OUT)/$(1),$$$$(FUZZ_DIR)/libfuzzer_mutator.c $$$$(FUZZ_DIR)/mutate.c $$$$(FUZZ_C_$$$$*))
	clang $$(FUZZ_FLAGS_$(1)) -fsanitize=fuzzer,address,undefined $$^ -o $$@
endef
$(foreach bits,64 32,$(eval $(call fuzz_rules,$(bits))))
FUZZERS := $(foreach bits,64 32,$(addprefix $(FUZZ_OUT)/$(bits)/fuzz_,$(FUZZ_NAMES)))

test-build: $(ORACLE) $(FUZZ_BIN) $(FUZZ_BIN_32) $(FLIPS) $(FLIP_MESSAGES)/made

# How long each fuzzer runs, and which: FUZZ="vat client"; how many at once: JOBS=4.
SECONDS ?= 60
FUZZ ?= $(FUZZ_NAMES)
.PHONY: fuzz fuzz-build fuzz-merge
fuzz-build: $(ORACLE) $(FUZZERS)
fuzz: fuzz-build ## Run each fuzzer, on 64 and 32 bits: SECONDS=600 FUZZ="vat client"
	ORACLE=$(ORACLE) scripts/fuzz --seconds $(SECONDS) $(if $(JOBS),--jobs $(JOBS)) --built $(FUZZ_OUT) $(FUZZ)

fuzz-merge: fuzz-build ## Put what the fuzzers found into the checked-in corpora, as few and small files as will do
	ORACLE=$(ORACLE) scripts/fuzz --merge --built $(FUZZ_OUT) $(FUZZ)

-include $(wildcard $(HOST)/$(FUZZ_DIR)/*.d) $(shell find $(FUZZ_32) $(FUZZ_OUT) -name '*.d' 2>/dev/null)
