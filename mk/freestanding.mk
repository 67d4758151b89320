# Core, server, runtime and generated code as they go into an image: freestanding objects for each target,
# linked together, whose undefined symbols are the port's interface; their size and their stack.

FREE_C := $(CORE_C) $(SERVER_C) $(RUNTIME_C)
# As images have it, with lanes that clients write themselves and without.
FREE_IMAGE_C := $(filter-out $(FAST_C_1) $(FULL_C_1),$(CORE_C) $(SERVER_C)) $(FAST_C_0) $(FULL_C_0) $(RUNTIME_IMAGE_C)
FREE_NO_LANES_C := $(filter-out $(LANES_C_1),$(FREE_IMAGE_C)) $(LANES_C_0)
FREE_INC := $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN)
PORT_H := source/services/perfd/ports/port.h
PORT_FUNCTIONS := $(sort $(shell grep -oE 'perfd_port_[a-z_]+' $(PORT_H)))
# What a port calls.
FREE_ROOTS := perfd_server_init perfd_connect perfd_disconnect perfd_receive perfd_server_step \
	perfd_job_owner perfd_awaits_answer nx_frame_length
# And with a serial link, below which the stack is deepest.
STACK_ROOTS := perfd_serial_init perfd_serial_receive perfd_serial_output perfd_serial_sent perfd_serial_step_job
comma := ,

# Where -Os still gives size for speed: copies of code to save jumps, tables of jumps, copies of small functions.
# No tables for unwinding either: nothing here throws, and they would count as text.
FREE_OPT := -Os -fno-thread-jumps -fno-jump-tables -fno-inline-small-functions -fno-ipa-sra \
	-fno-asynchronous-unwind-tables
RISCV_CC := riscv64-unknown-elf-gcc
CALL_GRAPH := -fcallgraph-info=su
# Registers are saved by a call: of the runtime's own, or the compiler's library's.
RISCV_SAVE := source/libs/nexus-idl-runtime/src/riscv64/save_restore
RISCV_TUNE := -mtune=size -malign-data=natural
# What there makes code larger than it saves elsewhere.
RISCV_SMALL := $(addprefix -fno-,caller-saves ipa-icf tree-sink forward-propagate move-loop-invariants bit-tests \
	tree-ter tree-loop-im ira-hoist-pressure) -fira-region=all
$(BUILD)/free/riscv64/%: FREE_TUNE := $(RISCV_TUNE) $(RISCV_SMALL) -msave-restore
# The link of an image compiles all of it once more, as one: what is called from one place is inlined there. An object
# holds what that link needs, and code whose size is its part's; frames and who calls whom are known from the link.
# mem.o stands apart from it: calls of memcpy() appear only when all else is compiled.
RISCV_LTO := -flto -flto-partition=one -ffunction-sections -fdata-sections
$(BUILD)/free/riscv64/%: FREE_WHOLE = -flto -ffat-lto-objects -frandom-seed=$<
$(BUILD)/free/riscv64/source/libs/nexus-idl-runtime/src/mem.o: FREE_WHOLE := $(CALL_GRAPH)
$(BUILD)/free/x86_64/%: FREE_WHOLE := $(CALL_GRAPH)
# Into an object, where every function is kept; or into an image.
LTO_OBJECT := $(RISCV_LTO) -flinker-output=nolto-rel
$(BUILD)/free/riscv64/perfd.o: FREE_LINK := $(LTO_OBJECT)
$(BUILD)/free/riscv64/%.elf: FREE_LINK := $(RISCV_LTO)
$(BUILD)/free/riscv64/stack.elf: FREE_LINK := $(RISCV_LTO) $(CALL_GRAPH) -Wstack-usage=$(STACK_USAGE_MAX)
RISCV_FLAGS := -march=rv64gc -mabi=lp64d -mcmodel=medany
HAVE_RISCV := $(shell command -v $(RISCV_CC) 2>/dev/null)
FREE_TARGETS := x86_64 $(if $(HAVE_RISCV),riscv64)

FREE_LINKED_C := $(FREE_IMAGE_C)

# The runtime by itself, by what a program uses of it. All of each part is kept; calls are as a link leaves them.
IDL_WIRE_C := $(patsubst %,source/libs/nexus-idl-runtime/src/%.c,bytes error framing pointer reader builder text fast_none mem)
IDL_SERVER_C := $(IDL_WIRE_C) $(filter %/rpc_vat.c %/rpc_messages.c,$(RUNTIME_IMAGE_C))
IDL_CLIENT_C := $(IDL_SERVER_C) $(filter %/rpc_client.c,$(RUNTIME_IMAGE_C))
IDL_PARTS := wire server client all

# $(call free_rules,<target>,<compiler>,<flags>,<further objects>)
define free_rules
$(BUILD)/free/$(1)/%.o: %.c $$(RULES) $$(PERF_H)
	$$(say)
	$(2) -std=c11 $$(WARN) $$(FREE_OPT) $$(FREESTANDING) $(3) $$(FREE_TUNE) $$(FREE_WHOLE) -MMD -MP $$(FREE_INC) -c $$< -o $$@

$(BUILD)/free/$(1)/%.o: %.S $$(RULES)
	$$(say)
	$(2) $(3) -c $$< -o $$@

$(BUILD)/free/$(1)/gen/perf.capnp.o: $$(PERF_C) $$(RULES)
	$$(say)
	$(2) -std=c11 $$(WARN) $$(FREE_OPT) $$(FREESTANDING) $(3) $$(FREE_TUNE) $$(FREE_WHOLE) $$(FREE_INC) -c $$< -o $$@

$(BUILD)/free/$(1)/perfd.o: $$(call objects,$(BUILD)/free/$(1),$$(FREE_C)) $(BUILD)/free/$(1)/gen/perf.capnp.o \
		$(4)
	$(2) $(3) $$(FREE_LINK) -nostdlib -r -o $$@ $$^

# As an image would hold it: calls relaxed, and only what a port's calls reach.
$(BUILD)/free/$(1)/stack.elf: FREE_ROOTS += $(STACK_ROOTS)
$(BUILD)/free/$(1)/stack.elf $(BUILD)/free/$(1)/perfd-all.elf: FREE_LINKED_C := $$(FREE_C)
$(BUILD)/free/$(1)/perfd.elf $(BUILD)/free/$(1)/perfd-nolanes.elf: $$(call objects,$(BUILD)/free/$(1),$$(FREE_IMAGE_C))
$(BUILD)/free/$(1)/perfd-nolanes.elf: FREE_LINKED_C := $$(FREE_NO_LANES_C)
$(BUILD)/free/$(1)/perfd-nolanes.elf: $$(call objects,$(BUILD)/free/$(1),$$(LANES_C_0))
$(BUILD)/free/$(1)/%.elf: $(BUILD)/free/$(1)/perfd.o
	$$(say)
	$(2) $(3) $$(FREE_LINK) -nostdlib -static -no-pie -Wl,--gc-sections -Wl,-Ttext=0x80000000 -Wl,-e,perfd_init \
		$$(addprefix -Wl$$(comma)-u$$(comma),$$(FREE_ROOTS)) \
		$$(patsubst %,-Wl$$(comma)--defsym=%=0x80000000,$$(PORT_FUNCTIONS)) \
		$$(call objects,$(BUILD)/free/$(1),$$(FREE_LINKED_C)) $(BUILD)/free/$(1)/gen/perf.capnp.o $(4) -o $$@

$(BUILD)/free/$(1)/nexus-idl-wire.elf: $$(call objects,$(BUILD)/free/$(1),$$(IDL_WIRE_C))
$(BUILD)/free/$(1)/nexus-idl-server.elf: $$(call objects,$(BUILD)/free/$(1),$$(IDL_SERVER_C))
$(BUILD)/free/$(1)/nexus-idl-client.elf: $$(call objects,$(BUILD)/free/$(1),$$(IDL_CLIENT_C))
$(BUILD)/free/$(1)/nexus-idl-all.elf: $$(call objects,$(BUILD)/free/$(1),$$(RUNTIME_IMAGE_C))
$$(IDL_PARTS:%=$(BUILD)/free/$(1)/nexus-idl-%.elf): $(4)
	$$(say)
	$(2) $(3) -fno-lto -nostdlib -static -no-pie -Wl,-Ttext=0x80000000 -Wl,-e,nx_message_open $$^ -o $$@

-include $$(patsubst %.c,$(BUILD)/free/$(1)/%.d,$$(FREE_C) $$(FREE_NO_LANES_C))
endef
$(eval $(call free_rules,x86_64,$(CC),,))
$(eval $(call free_rules,riscv64,$(RISCV_CC),$(RISCV_FLAGS),$(BUILD)/free/riscv64/$(RISCV_SAVE).o))

FREE_OBJECTS := $(patsubst %,$(BUILD)/free/%/perfd.o,$(FREE_TARGETS))

.PHONY: freestanding size stack
freestanding: $(FREE_OBJECTS) $(FREE_OBJECTS:perfd.o=stack.elf) ## Build core + server + runtime without a C library; audit their symbols
	scripts/audit-symbols $(PORT_H) $(FREE_OBJECTS)

FREE_SIZES := $(FREE_OBJECTS:.o=.elf) $(FREE_OBJECTS:.o=-nolanes.elf) $(FREE_OBJECTS:.o=-all.elf) $(HOST)/arena-size
FREE_SIZES += $(foreach part,$(IDL_PARTS),$(FREE_OBJECTS:perfd.o=nexus-idl-$(part).elf))
size: $(FREE_SIZES) ## Text of core + server + runtime, and of the runtime by itself; static RAM by configuration
	@scripts/size $(BUILD)/free $(FREE_TARGETS)
	@$(HOST)/arena-size

stack: $(FREE_OBJECTS:perfd.o=stack.elf) ## Worst-case stack, from the call graph
	@scripts/stack $(BUILD)/free $(FREE_TARGETS)

$(HOST)/arena-size: scripts/arena-size.c $(RULES) source/services/perfd/include/perfd/config.h
	$(say)
	$(CC) $(CFLAGS) $(INC_PERFD) $< -o $@
test-build: freestanding $(FREE_OBJECTS:perfd.o=nexus-idl-server.elf)
