# What `perfctl run` is tested with: libraries that are called as GL's, EGL's and SDL's, and programs that use them. None
# has a sanitizer: what it is loaded into must then be built with it, too.

FAKE := $(HOST)/tests/fake
FAKE_CC = $(CC) -std=c11 $(WARN) -O1 -g $(POSIX) -I$(TEST_DIR)
FAKE_GL := $(FAKE)/libGL.so.1
FAKE_EGL := $(FAKE)/libEGL.so.1
FAKE_SDL := $(FAKE)/libSDL2-2.0.so.0
FAKES := $(FAKE_GL) $(FAKE_EGL) $(FAKE_SDL)
IN_FAKE := -Wl,-rpath,'$$ORIGIN/fake' -Wl,--disable-new-dtags

$(FAKE_GL): FAKE_PARTS := $(TEST_DIR)/fake_gl.c
$(FAKE_EGL): FAKE_PARTS := $(TEST_DIR)/fake_egl.c
$(FAKE_SDL): FAKE_PARTS := $(TEST_DIR)/fake_sdl.c $(FAKE_GL)
$(FAKE)/libplugin.so: FAKE_PARTS := $(TEST_DIR)/fake_plugin.c $(FAKE_SDL)
$(FAKE)/next_hook.so: FAKE_PARTS := $(TEST_DIR)/next_hook.c
$(FAKE_GL): $(TEST_DIR)/fake_gl.c
$(FAKE_EGL): $(TEST_DIR)/fake_egl.c
$(FAKE_SDL): $(TEST_DIR)/fake_sdl.c $(FAKE_GL)
$(FAKE)/libplugin.so: $(TEST_DIR)/fake_plugin.c $(FAKE_SDL)
$(FAKE)/next_hook.so: $(TEST_DIR)/next_hook.c
$(FAKES) $(FAKE)/libplugin.so $(FAKE)/next_hook.so: $(TEST_DIR)/fake_swap.h $(RULES)
	$(say)
	$(FAKE_CC) -shared -fPIC $(FAKE_PARTS) -o $@ -Wl,-soname,$(@F) -Wl,-rpath,'$$ORIGIN' -Wl,--disable-new-dtags

$(HOST)/tests/swap_program: $(TEST_DIR)/swap_program.c $(FAKES)
	$(say)
	$(FAKE_CC) $^ -o $@ $(IN_FAKE)

$(HOST)/tests/swap_lookup: $(TEST_DIR)/swap_lookup.c $(TEST_DIR)/fake_swap.h $(RULES)
	$(say)
	$(FAKE_CC) $< -o $@ $(IN_FAKE)

$(HOST)/tests/static_program: $(TEST_DIR)/static_program.c $(RULES)
	$(say)
	$(FAKE_CC) -static $< -o $@

RUN_TEST := $(addprefix $(HOST)/tests/,swap_program swap_lookup static_program) $(FAKES) $(FAKE)/libplugin.so \
	$(FAKE)/next_hook.so
.PHONY: test-run-build
test-run-build: $(RUN_TEST)
test-build: test-run-build
