# Compilers, flags and where things are built. Override on the command line: make BUILD=build-asan ...

BUILD ?= build
HOST := $(BUILD)/host
GEN := $(BUILD)/gen

CC := gcc
CXX := g++
OPT ?= -O2 -g

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Werror
# What is installed knows nothing of the folder that it was built in.
CFLAGS = -std=c11 $(WARN) $(OPT) $(EXTRA) -ffile-prefix-map=$(CURDIR)=. -MMD -MP

# Core, server and runtime: the same sources and flags on every platform.
STACK_USAGE_MAX := 1024
FREESTANDING := -ffreestanding -fno-builtin -nostdlib -Wstack-usage=$(STACK_USAGE_MAX) \
	-ffunction-sections -fdata-sections

POSIX := -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE

INC_RUNTIME := -Isource/libs/nexus-idl-runtime/include
INC_PERFD := -Isource/services/perfd/include -Isource/services/perfd
INC_GEN := -I$(GEN)
# With the layout of the lanes that clients share with the service.
INC_CLIENT := -Isource/libs/perf-client/include -Isource/services/perfd/include
INC_STATEFS := -Isource/libs/statefs/include -Isource/libs/statefs/host

# $(call objects,<dir>,<sources>): where the objects of these sources go below <dir>.
objects = $(patsubst %.c,$(1)/%.o,$(2))

# Where things are installed: said to `make install` alone, it builds nothing anew.
INSTALL_VARIABLES := DEB_OUT DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR DATADIR MANDIR DOCDIR USERUNITDIR COMPLETIONDIR

# What decides on how objects are built: the rules, and what the command line or the environment says. Each object
# depends on this file, which is written only when there is something new in it: then all objects are built anew.
RULES := $(BUILD)/rules
RULES_SAID = $(sort OPT=$(OPT) EXTRA=$(EXTRA) FEATURE_STATEFS=$(FEATURE_STATEFS) \
	$(filter-out BUILD=% V=% SECONDS=% FUZZ=% JOBS=% $(addsuffix =%,$(INSTALL_VARIABLES)),$(MAKEOVERRIDES)))
.PHONY: look
$(RULES): look
	@mkdir -p $(@D)
	@{ echo '$(subst ',,$(RULES_SAID))'; sed '/^#/d' Makefile $(filter-out mk/install.mk,$(wildcard mk/*.mk)); } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# What a recipe starts with: the target's folder, and its name as the sign of progress. `make V=1` prints commands.
say = @mkdir -p $(@D) && echo "  $(patsubst $(BUILD)/%,%,$@)"
ifndef V
MAKEFLAGS += --silent
endif
