# Test programs. Unit tests: one program for each tests/unit/ROOM/NAME_test.c, linked with that room and what it leans
# on; other .c files of the folder are helpers that its programs share.

UNIT_TESTS := $(sort $(shell find tests/unit -name '*_test.c'))
unit_programs = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$1)
# Helpers of a folder: its own, and those of other folders whose headers it includes ("store/fixture.h").
borrowed = $(wildcard $(shell sed -n 's|^.include "\([a-z]*/[a-z_]*\)[.]h".*|tests/unit/\1.c|p' $1*.[ch]))
$(foreach folder,$(sort $(dir $(UNIT_TESTS))),$(eval helpers.$(folder) := $(patsubst %.c,$(BUILD)/%.o,\
    $(sort $(filter-out %_test.c,$(wildcard $(folder)*.c) $(call borrowed,$(folder)))))))
define unit_rules
$(call unit_programs,$1): $(BUILD)/$(1:.c=.o) $(helpers.$(dir $1)) $(call libraries,$(reach.$(word 3,$(subst /, ,$1))))
	$$(LINK) $$(LIBS) -lcmocka -o $$@
-include $(BUILD)/$(1:.c=.d) $(patsubst %.o,%.d,$(helpers.$(dir $1)))
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_rules,$(test))))

unit-tests: $(call unit_programs,$(UNIT_TESTS))
unit-%: FORCE
	@$(MAKE) --no-print-directory $(call unit_programs,$(filter tests/unit/$*/%,$(UNIT_TESTS)))
	@set -e; for test in $(call unit_programs,$(filter tests/unit/$*/%,$(UNIT_TESTS))); do $$test; done

# Fuzz targets: tests/fuzz/NAME_fuzz.c, linked with the rooms whose headers it includes. They are fuzzed with clang
# (make fuzz), and in `make test` the corpus is replayed by a small main of our own, with any compiler.
FUZZ_TARGETS := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SECONDS ?= 60
FUZZ_MAIN := $(if $(filter fuzz,$(MODE)),,$(BUILD)/tests/fuzz/replay.o)
fuzz_rooms = $(filter $(ROOMS),$(sort $(shell sed -n 's|^.include "\([a-z]*\)/.*|\1|p' $1)))
define fuzz_rules
$(BUILD)/$(1:.c=): $(BUILD)/$(1:.c=.o) $(FUZZ_MAIN) \
        $(call libraries,$(sort $(foreach room,$(call fuzz_rooms,$1),$(reach.$(room)))))
	$$(LINK) $$(LIBS) -o $$@
-include $(BUILD)/$(1:.c=.d)
endef
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_rules,$(target))))

fuzz-programs: $(patsubst %.c,$(BUILD)/%,$(FUZZ_TARGETS))
fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang BUILD=$(BUILD)/fuzz fuzz-programs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/run-fuzz.sh $(BUILD)/fuzz/tests/fuzz


# For the scripts: what the compilers are told, and which test programs there are.
print-flags:
	@echo $(CPPFLAGS) $(filter-out -Werror,$(CFLAGS)) -Werror | sed 's/-D_FORTIFY_SOURCE=2//'
print-libraries:
	@echo $(LIBS)
print-helpers:
	@$(foreach folder,$(sort $(dir $(UNIT_TESTS))),echo $(folder) $(helpers.$(folder));)
print-leaning:
	@$(foreach name,$(ROOMS),echo $(name) $(foreach other,$(ROOMS),$(if $(filter $(name),$(reach.$(other))),$(other)));)
print-programs:
	@echo $(call unit_programs,$(UNIT_TESTS)) $(patsubst %.c,$(BUILD)/%,$(FUZZ_TARGETS))

check:
	@BUILD=$(BUILD) sh tests/run-check.sh
test:
	@BUILD=$(BUILD) sh tests/run-all.sh
# Small changes of guards, rights, locks and escaping, each of which a test must notice: MUTANTS=100 SEED=1.
mutants:
	@sh tests/mutants/run.sh
# Ratios of speed: one program that links the whole of the program but its main.
BENCH_OBJECTS := $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(sort $(wildcard tests/bench/*.c)))
-include $(BENCH_OBJECTS:.o=.d)
$(BUILD)/tests/bench/bench: $(BENCH_OBJECTS) $(ASSET_OBJECTS) $(call libraries,$(ROOMS))
	$(LINK) $(LIBS) -o $@
bench: all $(BUILD)/tests/bench/bench
	@MERLON_BIN=$(abspath $(BUILD))/merlon $(BUILD)/tests/bench/bench
format:
	@clang-format -i $(shell find src tests tools -name node_modules -prune -o -name '*.[ch]' -print)

.PHONY: unit-tests fuzz-programs fuzz print-flags print-helpers print-leaning print-libraries print-programs check test mutants bench format
