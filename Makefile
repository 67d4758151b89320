# SPDX-License-Identifier: Apache-2.0
# The one entry. `make help` lists what it can do; the parts are under mk/.

.DEFAULT_GOAL := host
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

include mk/config.mk
include mk/paths.mk
include mk/idl.mk
include mk/perfd.mk
include mk/clients.mk
include mk/test.mk
include mk/test-daemon.mk
include mk/test-client.mk
include mk/test-run.mk
include mk/interop.mk
include mk/model.mk
include mk/statefs.mk
include mk/freestanding.mk
include mk/os.mk
include mk/os-drivers.mk
include mk/os-test.mk
include mk/demo.mk
include mk/bench.mk
include mk/install.mk
include mk/fuzz.mk

.PHONY: help clean format format-check
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | \
		awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

clean: ## Remove everything built
	rm -rf $(BUILD) out

SOURCES_C := $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.cc')
format: ## Lay the sources out as .clang-format decides
	clang-format -i $(SOURCES_C)

format-check: ## Say which sources .clang-format would change
	clang-format --dry-run -Werror $(SOURCES_C)
