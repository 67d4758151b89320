# The service: core, server, and the POSIX daemon around them.

CORE_ALL_C := $(wildcard source/services/perfd/core/*.c)
# Lanes that clients write themselves: a program has all of them, or nothing of them.
LANES_C_1 := source/services/perfd/core/lane_shared.c source/services/perfd/core/lane_ticks.c
LANES_C_0 := source/services/perfd/core/lane_shared_none.c
# Code for speed alone, or less code: spans of a trace many at once or each like any other event, what a tick will
# touch fetched early or not. The same results.
FAST_C_1 := $(addprefix source/services/perfd/core/,trace_spans.c window_ahead.c)
FAST_C_0 := $(FAST_C_1:.c=_none.c)
# What is more than the least image has: a run log; categories that a session chooses among; a flight recorder; what is
# done about janky frames; clients' processes; tracks of frames that had a deadline; groups of counters; hotspots. Some
# of its files nobody else calls.
FULL_PARTS := $(addprefix source/services/perfd/,core/run_log.c core/filter.c core/oneshot.c core/tracks.c \
	core/process.c core/jank.c core/counters.c core/hotspots.c core/extras.c \
	server/log_calls.c server/choices.c server/flight.c \
	server/own_cost.c server/jank_calls.c server/lane_calls.c server/counter_calls.c server/hotspot_calls.c)
FULL_C_1 := $(FULL_PARTS) $(addprefix source/services/perfd/core/,why.c snapshot.c lane_source.c lane_info.c \
	counters_trace.c hotspots_trace.c budgets.c)
FULL_C_0 := $(FULL_PARTS:.c=_none.c)
CORE_C := $(filter-out $(LANES_C_0) $(FAST_C_0) $(FULL_C_0),$(CORE_ALL_C))
SERVER_C := $(filter-out $(FULL_C_0),$(wildcard source/services/perfd/server/*.c))
POSIX_C := $(wildcard source/services/perfd/ports/posix/*.c)
CORE_O := $(call objects,$(HOST),$(CORE_C))
SERVER_O := $(call objects,$(HOST),$(SERVER_C))
POSIX_O := $(call objects,$(HOST),$(POSIX_C))

$(HOST)/source/services/perfd/core/%.o: source/services/perfd/core/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_PERFD) -c $< -o $@

$(HOST)/source/services/perfd/server/%.o: source/services/perfd/server/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(FREESTANDING) $(INC_PERFD) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/source/services/perfd/ports/posix/%.o: source/services/perfd/ports/posix/%.c $(RULES) | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_PERFD) $(INC_PATHS) $(INC_RUNTIME) $(INC_GEN) -c $< -o $@

$(HOST)/perfd: $(POSIX_O) $(PATHS_O) $(SERVER_O) $(CORE_O) $(PERF_O) $(RUNTIME_HOST_O)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lpfm

-include $(CORE_O:.o=.d) $(SERVER_O:.o=.d) $(POSIX_O:.o=.d)
