# Stock Cap'n Proto clients: official and packaged libraries, and no code of this project. tests/clients has what they
# do; docs/perf/interop.md what came of it. They are built below build/clients, from copies where a tool wants its
# sources and what it makes of the schema in one folder.

STOCK_DIR := tests/clients
STOCK := $(BUILD)/clients
STOCK_NPM := $(STOCK_DIR)/node_modules
STOCK_CLIENTS := $(addprefix $(STOCK)/,cpp/client cpp/hello javascript/client.mjs javascript/hello.mjs)

STOCK_CXX := $(CXX) -std=c++17 -Wall -Wextra -Werror -O1 -g -MMD -MP -I$(CPP_GEN)
$(STOCK)/cpp/perf.o: $(CPP_GEN)/perf.capnp.c++
	$(say)
	$(STOCK_CXX) -c $< -o $@

$(STOCK)/cpp/%: $(STOCK_DIR)/cpp/%.cc $(STOCK)/cpp/perf.o
	$(say)
	$(STOCK_CXX) $(filter %.cc %.o,$^) -o $@ -lcapnp-rpc -lcapnp -lkj-async -lkj

# capnp-es and its generator, which needs TypeScript.
CAPNPC_JS := $(STOCK_NPM)/.bin/capnpc-js
$(CAPNPC_JS):
	@echo "there is no $@: run scripts/install-deps" >&2; exit 1

# Packages are looked for beside the modules that import them.
$(STOCK)/javascript/package.json: $(STOCK_DIR)/package.json
	$(say)
	ln -sfn $(abspath $(STOCK_NPM)) $(@D)/node_modules
	cp $< $@

$(STOCK)/javascript/perf.js: $(SCHEMA) $(CAPNPC_JS) $(STOCK)/javascript/package.json
	$(say)
	capnp compile --src-prefix=$(dir $(SCHEMA)) -o./$(CAPNPC_JS):$(@D) $(SCHEMA) >$@.log || { cat $@.log >&2; exit 1; }

$(STOCK)/javascript/%.mjs: $(STOCK_DIR)/javascript/%.mjs
	$(say)
	cp $< $@

$(STOCK)/javascript/client.mjs $(STOCK)/javascript/hello.mjs: $(STOCK)/javascript/perf.js $(STOCK)/javascript/transport.mjs

# Where Debian's crates are installed; with Debian's own cargo and rustc, whatever else is on PATH.
CARGO := $(wildcard /usr/bin/cargo)
CRATES := /usr/share/cargo/registry
RUST_SOURCES := $(wildcard $(STOCK_DIR)/rust/*.rs)
ifneq ($(and $(CARGO),$(wildcard $(CRATES)/capnp-rpc-*)),)
STOCK_CLIENTS += $(STOCK)/rust/client $(STOCK)/rust/hello
endif

$(STOCK)/rust/perf.rs: $(STOCK_DIR)/rust/make_perf.py $(IDL_TEST)/schema.py $(SCHEMA)
	$(say)
	python3 -B $< $(dir $(SCHEMA)) $(notdir $(SCHEMA)) >$@

$(STOCK)/rust/.cargo/config.toml: $(RULES)
	$(say)
	printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "$(CRATES)"\n[net]\noffline = true\n' >$@

# In a home of its own: what the user has set for cargo is not asked.
$(STOCK)/rust/client $(STOCK)/rust/hello &: $(RUST_SOURCES) $(STOCK_DIR)/rust/Cargo.toml $(STOCK)/rust/perf.rs $(STOCK)/rust/.cargo/config.toml
	$(say)
	cp -p $(RUST_SOURCES) $(STOCK_DIR)/rust/Cargo.toml $(@D)
	cd $(@D) && RUSTC=/usr/bin/rustc CARGO_HOME=$(abspath $(@D))/home \
		STOCK_VERSIONS="$$(cd $(CRATES) && ls -d capnp-rpc-[0-9]* capnp-[0-9]* | sed 's/-\([0-9]\)/ \1/;s/$$/,/' | tr '\n' ' ')$$(/usr/bin/rustc --version | cut -d' ' -f1,2)" \
		env -u MAKEFLAGS -u RUSTFLAGS $(CARGO) build --quiet --offline
	cd $(@D) && cp target/debug/client target/debug/hello .

TEST_SCRIPTS += $(STOCK_DIR)/test_clients.py
test-build: $(STOCK_CLIENTS)

.PHONY: test-clients
test-clients: host $(STOCK_CLIENTS) ## Stock Cap'n Proto clients of several languages against the daemon
	@HOST=$(HOST) tests/run --logs $(HOST)/logs $(STOCK_DIR)/test_clients.py

-include $(wildcard $(STOCK)/cpp/*.d)
