# What programs on a POSIX host share: where the socket is, and how to listen at one.

INC_PATHS := -Isource/libs/posix-paths/include
PATHS_C := $(wildcard source/libs/posix-paths/src/*.c)
PATHS_O := $(call objects,$(HOST),$(PATHS_C))

$(HOST)/source/libs/posix-paths/%.o: source/libs/posix-paths/%.c $(RULES)
	$(say)
	$(CC) $(CFLAGS) $(POSIX) $(INC_PATHS) -c $< -o $@

-include $(PATHS_O:.o=.d)
