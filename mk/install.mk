# SPDX-License-Identifier: Apache-2.0
# What `make install` installs.

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
install-build: $(HOST)/perfd $(HOST)/perfctl $(CLIENT_LIB) $(PERF_H) $(PAGES_1) $(COMPLETIONS)

# With sanitizers it is other code, which wants their libraries.
ifndef EXTRA
TEST_SCRIPTS += $(wildcard tests/install/test_*.py)
test-build: install-build
endif
