# SPDX-License-Identifier: Apache-2.0
# `make install` and `make deb`. What goes where is one list, which uninstall goes through again. SystemUI is a demo
# and stays here.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/perfd
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
COMPLETIONDIR ?= $(DATADIR)/bash-completion/completions

VERSION := $(shell sed -n 's/^\#define PERFD_VERSION "\(.*\)"/\1/p' source/services/perfd/include/perfd/perfd.h)

# Pages and completions are made of --help: they are as true as that is.
INSTALL_OUT := $(BUILD)/install
PAGES_1 := $(addprefix $(INSTALL_OUT)/,perfd.1 perfctl.1)
COMPLETIONS := $(addprefix $(INSTALL_OUT)/completions/,perfd perfctl)
$(PAGES_1): $(INSTALL_OUT)/%.1: docs/man/%.1.in scripts/cli-docs $(HOST)/%
	$(say)
	scripts/cli-docs man $< $(HOST)/$* >$@

$(COMPLETIONS): $(INSTALL_OUT)/completions/%: scripts/cli-docs $(HOST)/%
	$(say)
	scripts/cli-docs completion $(HOST)/$* >$@

.PHONY: install-build
install-build: $(HOST)/perfd $(HOST)/perfctl $(FRAMES_LIB) $(CLIENT_LIB) $(IDL_LIB) $(GENERATOR) $(PERF_H) $(PAGES_1) $(COMPLETIONS)

# In a folder of their own: -I/usr/include would give a cross compiler the host's headers.
INSTALL_NEXUS_H := $(wildcard source/libs/nexus-idl-runtime/include/nexus-idl/*.h)
# The runtime's sources as images have them, to be copied: each .c file that is there is part of it.
INSTALL_NEXUS_C := $(RUNTIME_IMAGE_C) $(wildcard source/libs/nexus-idl-runtime/src/*.h)
INSTALL_NEXUS_SRC := $(DATADIR)/nexus-idl/src
INSTALL_CLIENT_H := $(filter-out %/marks_platform.h,$(wildcard source/libs/perf-client/include/perf-client/*.h*))
# mode:file:folder. A file whose name ends in .in has its @...@ filled in.
INSTALL_FILES := 755:$(HOST)/perfd:$(BINDIR) 755:$(HOST)/perfctl:$(BINDIR) 755:$(GENERATOR):$(BINDIR) \
	644:$(CLIENT_LIB):$(LIBDIR) 644:$(IDL_LIB):$(LIBDIR) \
	644:$(FRAMES_LIB):$(PREFIX)/lib/perfd \
	644:packaging/perf-client.pc.in:$(LIBDIR)/pkgconfig 644:packaging/nexus-idl.pc.in:$(LIBDIR)/pkgconfig \
	$(patsubst %,644:%:$(INCLUDEDIR)/perfd/perf-client,$(INSTALL_CLIENT_H)) \
	644:source/services/perfd/include/perfd/lane_layout.h:$(INCLUDEDIR)/perfd/perfd \
	$(patsubst %,644:%:$(INCLUDEDIR)/nexus-idl/nexus-idl,$(INSTALL_NEXUS_H)) \
	$(patsubst %,644:%:$(INSTALL_NEXUS_SRC),$(INSTALL_NEXUS_C)) 644:$(RISCV_SAVE).S:$(INSTALL_NEXUS_SRC)/riscv64 \
	644:$(PERF_H):$(INCLUDEDIR)/perfd 644:$(SCHEMA):$(DATADIR)/perfd \
	$(patsubst %,644:%:$(MANDIR)/man1,$(PAGES_1)) 644:docs/man/capnpc-nexus-c.1:$(MANDIR)/man1 \
	644:docs/man/perf-client.3:$(MANDIR)/man3 644:docs/nexus-idl.md:$(DATADIR)/doc/nexus-idl \
	$(patsubst %,644:%:$(COMPLETIONDIR),$(COMPLETIONS)) \
	644:packaging/systemd/perfd.socket:$(USERUNITDIR) 644:packaging/systemd/perfd.service.in:$(USERUNITDIR) \
	644:docs/perf/thresholds.example.json:$(DOCDIR) 644:packaging/debian/copyright:$(DOCDIR)
# Folders that are nobody else's, the inner ones first.
INSTALL_FOLDERS := $(PREFIX)/lib/perfd $(addprefix $(INCLUDEDIR)/perfd/,perf-client perfd) \
	$(INCLUDEDIR)/perfd $(INCLUDEDIR)/nexus-idl/nexus-idl $(INCLUDEDIR)/nexus-idl \
	$(INSTALL_NEXUS_SRC)/riscv64 $(INSTALL_NEXUS_SRC) $(DATADIR)/nexus-idl \
	$(DATADIR)/perfd $(DOCDIR) $(DATADIR)/doc/nexus-idl
INSTALL_SAYS = BINDIR='$(BINDIR)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' DATADIR='$(DATADIR)' PREFIX='$(PREFIX)' VERSION=$(VERSION)

.PHONY: install uninstall deb
install: install-build ## Install below PREFIX (/usr/local), in DESTDIR where that is given
	$(INSTALL_SAYS) scripts/install-files install '$(DESTDIR)' $(INSTALL_FILES)

uninstall: ## Remove what install put there
	scripts/install-files uninstall '$(DESTDIR)' $(INSTALL_FILES) -- $(INSTALL_FOLDERS)

DEB_OUT := out/deb
deb: install-build ## Four Debian packages, in out/deb/: perfd, perfctl, libperf-client-dev, libnexus-idl-dev
	BUILD='$(BUILD)' scripts/make-debs $(VERSION) $(DEB_OUT)

# With sanitizers it is other code, which wants their libraries.
ifndef EXTRA
TEST_SCRIPTS += $(wildcard tests/install/test_*.py)
test-build: install-build
endif
