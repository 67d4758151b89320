# The tests of perf-client's marks: tests/perf_client. Same harness and same run as the others.

CLIENT_TEST_DIR := tests/perf_client
CLIENT_TEST_BIN := $(patsubst $(CLIENT_TEST_DIR)/%.c,$(HOST)/tests/%,$(wildcard $(CLIENT_TEST_DIR)/test_*.c))
INC_CLIENT_TEST := -I$(CLIENT_TEST_DIR) $(INC_CLIENT) $(INC_RUNTIME) $(INC_GEN) $(INC_PATHS)

$(HOST)/$(CLIENT_TEST_DIR)/%.o: $(CLIENT_TEST_DIR)/%.c | $(PERF_H)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) -D_GNU_SOURCE $(INC_CLIENT_TEST) -c $< -o $@

# Marks with a service of their own in the same process.
$(HOST)/tests/test_marks: $(HOST)/$(CLIENT_TEST_DIR)/test_marks.o $(HOST)/$(CLIENT_TEST_DIR)/mark_service.o \
		$(filter-out %/transport_posix.o,$(CLIENT_O)) $(RUNTIME_HOST_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# As a program has them: their cost is of these flags and no others.
$(HOST)/$(CLIENT_TEST_DIR)/cost_marks.o: $(CLIENT_TEST_DIR)/cost_marks.c
	$(say)
	$(CC) -std=c11 $(WARN) -O2 -MMD -MP $(INC_CLIENT_TEST) -c $< -o $@

$(HOST)/tests/test_mark_cost: $(HOST)/$(CLIENT_TEST_DIR)/test_mark_cost.o $(HOST)/$(CLIENT_TEST_DIR)/cost_marks.o
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -lcmocka

# Programs that mark, for tests with the daemon.
MARKING := $(addprefix $(HOST)/tests/,kill_marks write_frames interpreter thread_frames thread_turns comes_back)
$(MARKING): $(HOST)/tests/%: $(HOST)/$(CLIENT_TEST_DIR)/%.o $(CLIENT_O) $(PATHS_O) $(RUNTIME_HOST_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@

# As docs/perf/integration.md says.
$(HOST)/tests/mark_program: $(CLIENT_TEST_DIR)/mark_program.cc $(CLIENT_LIB)
	$(say)
	$(CXX) -std=c++17 $(filter-out -Wstrict-prototypes,$(WARN)) $(OPT) $(EXTRA) $(INC_CLIENT) $^ -o $@

test-build: $(MARKING) $(HOST)/tests/mark_program

# The page of a run.
WRITE_REPORT_O := $(HOST)/$(TEST_DIR)/write_report.o
$(WRITE_REPORT_O): INC_TEST += -Itools/perfctl
$(HOST)/tests/write_report: $(WRITE_REPORT_O) $(addprefix $(HOST)/tools/perfctl/,report_html.o page.o) $(PAGES_O)
	$(say)
	$(CC) $(OPT) $(EXTRA) $^ -o $@ -ljansson

test-build: $(HOST)/tests/write_report

# A writer and a reader under the thread sanitizer, with all that they link. It knows no fences, which is why it
# warns of them; the words that they order are atomics.
RACE := $(BUILD)/race
RACE_O := $(call objects,$(RACE),$(CLIENT_TEST_DIR)/test_marks_race.c $(CLIENT_TEST_DIR)/mark_service.c \
	$(filter-out %/transport_posix.c,$(CLIENT_C)) $(filter-out %/mem.c,$(RUNTIME_C)))
$(RACE)/%.o: %.c | $(PERF_H)
	$(say)
	$(CC) -std=c11 $(WARN) -Wno-tsan -O1 -g -fsanitize=thread -MMD -MP $(POSIX) -D_GNU_SOURCE $(INC_CLIENT_TEST) -c $< -o $@

$(HOST)/tests/test_marks_race: $(RACE_O)
	$(say)
	$(CC) -fsanitize=thread $^ -o $@ -lcmocka

test-build: $(CLIENT_TEST_BIN)
TEST_BIN += $(CLIENT_TEST_BIN)
TEST_SCRIPTS += $(wildcard $(CLIENT_TEST_DIR)/test_*.py)

-include $(wildcard $(HOST)/$(CLIENT_TEST_DIR)/*.d) $(RACE_O:.o=.d)
