# What talks to the service: the client library, perfctl, SystemUI.

CLIENT_C := $(wildcard source/libs/perf-client/src/*.c)
PERFCTL_C := $(wildcard tools/perfctl/*.c)
# The HUD's panels: all of them, or that of frames alone.
SYSTEMUI_PANELS_1 := source/apps/systemui/panels.c
SYSTEMUI_PANELS_0 := $(SYSTEMUI_PANELS_1:.c=_none.c)
SYSTEMUI_BASE_C := $(filter-out $(SYSTEMUI_PANELS_1) $(SYSTEMUI_PANELS_0),$(wildcard source/apps/systemui/*.c))
SYSTEMUI_C := $(SYSTEMUI_BASE_C) $(SYSTEMUI_PANELS_1)
SYSTEMUI_HOST_C := $(wildcard source/apps/systemui/host/*.c)
CLIENT_O := $(call objects,$(HOST),$(CLIENT_C))
PERFCTL_O := $(call objects,$(HOST),$(PERFCTL_C))
SYSTEMUI_O := $(call objects,$(HOST),$(SYSTEMUI_C) $(SYSTEMUI_HOST_C))

$(HOST)/source/libs/perf-client/%.o: source/libs/perf-client/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_CLIENT) $(INC_PATHS) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/tools/perfctl/%.o: tools/perfctl/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_CLIENT) $(INC_PERFD) $(INC_PATHS) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/source/apps/systemui/%.o: source/apps/systemui/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -Isource/apps/systemui $(INC_CLIENT) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

# Its pages: the chart library from npm, and all that lies in the folder.
PAGES := tools/perfctl/pages
UPLOT := $(addprefix $(PAGES)/node_modules/uplot/,LICENSE dist/uPlot.iife.min.js dist/uPlot.min.css)
PAGE_FILES := $(UPLOT) $(wildcard $(PAGES)/*.css $(PAGES)/*.js)
PAGES_C := $(GEN)/pages.c
PAGES_O := $(HOST)/gen/pages.o
$(UPLOT) &:
	@echo "there is no $(PAGES)/node_modules/uplot: run scripts/install-deps" >&2; exit 1

$(PAGES_C): scripts/embed $(PAGE_FILES) $(RULES)
	$(say)
	scripts/embed $(PAGE_FILES) >$@

$(PAGES_O): $(PAGES_C) $(RULES)
	$(say)
	$(CC) $(CFLAGS) -Itools/perfctl -c $< -o $@

# It plays run logs into a perfd of its own.
REPLAY_C := $(wildcard source/services/perfd/replay/*.c)
REPLAY_O := $(call objects,$(HOST),$(REPLAY_C))
$(REPLAY_O): $(HOST)/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/perfctl: $(PERFCTL_O) $(PAGES_O) $(REPLAY_O) $(CLIENT_O) $(PATHS_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -ljansson -lsqlite3 -lwebsockets -lyajl -lncursesw -ltinfo -lpthread -lm

$(HOST)/systemui: $(SYSTEMUI_O) $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lpng

# All that a program with marks links.
CLIENT_LIB := $(HOST)/libperf.a
$(CLIENT_LIB): $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(say)
	rm -f $@
	ar rcsD $@ $^

# What `perfctl run` loads into programs: the library once more, for a shared object. Optimised whatever else is, since
# its dlsym() must end in a jump, and without sanitizers, which a program that is not built with them does not bear.
FRAMES_LIB := $(HOST)/libperf-frames.so
FRAMES_C := $(wildcard source/libs/perf-frames/src/*.c)
PIC := $(HOST)/pic
FRAMES_O := $(call objects,$(PIC),$(FRAMES_C) $(CLIENT_C) $(PATHS_C) $(filter-out %/mem.c,$(RUNTIME_C)))
$(FRAMES_O): $(PIC)/%.o: %.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) -std=c11 $(WARN) -O2 -g -ffile-prefix-map=$(CURDIR)=. -fPIC -fvisibility=hidden -ftls-model=initial-exec -MMD -MP $(POSIX) $(INC_CLIENT) \
		$(INC_PATHS) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(FRAMES_LIB): $(FRAMES_O)
	$(say)
	$(CC) -shared -Wl,-z,defs $^ -o $@

.PHONY: host
host: $(HOST)/perfd $(HOST)/perfctl $(HOST)/systemui $(CLIENT_LIB) $(FRAMES_LIB) $(IDL_LIB) ## Build the daemon, perfctl, SystemUI and the client libraries for this machine

-include $(FRAMES_O:.o=.d)
-include $(REPLAY_O:.o=.d) $(CLIENT_O:.o=.d) $(PERFCTL_O:.o=.d) $(SYSTEMUI_O:.o=.d)
