# make            builds build/merlon
# make run        installs what is missing, builds, loads the demonstration once, starts on http://127.0.0.1:8080
# make test       everything, closing with "N passed, N failed";  make check: the fast part, for every commit
# make bench      ratios of speed;  make install: the program and a hardened systemd unit
#
# Each folder of src/ is a room and becomes one static library; which rooms a room may use is in tools/rooms.
# BUILD=dir builds elsewhere, MODE=sanitize with the sanitizers of the compiler, CC=clang with clang.

MAKEFLAGS += --no-builtin-rules
BUILD ?= build
MODE ?= release
PREFIX ?= /usr/local
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))

include tools/rooms.mk

PACKAGES := libmicrohttpd sqlite3 libpq libsodium libcrypto libcurl yaml-0.1 libxml-2.0 pangocairo cairo-pdf libzip
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wpointer-arith \
            -Wcast-align -Wundef -Wformat=2 -Wswitch-enum -Wno-missing-field-initializers -Werror
FLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
FLAGS.sanitize := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS += -std=c17 -D_GNU_SOURCE -DMERLON_VERSION='"$(VERSION)"' -pthread $(WARNINGS) $(FLAGS.$(MODE)) -Isrc \
          -I$(BUILD)/generated $(PACKAGE_CFLAGS)
LDFLAGS += $(if $(filter sanitize,$(MODE)),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) -pthread
comma := ,
VERSION := $(shell cat VERSION)
PACKAGE_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lxlsxwriter -lgnutls -lm

sources = $(sort $(shell find src/$1 -name '*.c'))
objects = $(patsubst src/%.c,$(BUILD)/%.o,$(call sources,$1))

all: $(BUILD)/merlon

$(BUILD)/%.o: src/%.c VERSION
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

define room_rules
$(BUILD)/lib/$1.a: $(call objects,$1) $(GENERATED_OBJECTS.$1)
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
-include $(patsubst %.o,%.d,$(call objects,$1))
endef
$(foreach name,$(ROOMS),$(eval $(call room_rules,$(name))))

libraries = $(foreach name,$1,$(BUILD)/lib/$(name).a)

$(BUILD)/merlon: $(call libraries,$(ROOMS))
	$(CC) $(LDFLAGS) -Wl,--start-group $^ -Wl,--end-group $(LIBS) -o $@

# One program for each file of tests/unit/ROOM/, linked with that room and the rooms it may use.
UNIT_TESTS := $(sort $(shell find tests/unit -name '*_test.c'))
unit_program = $(patsubst tests/unit/%_test.c,$(BUILD)/tests/unit/%_test,$1)
define unit_test_rules
$(call unit_program,$1): $1 $(call libraries,$(call reach,$(word 3,$(subst /, ,$1))))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) -Itests/unit -MMD -MP $1 $$(LDFLAGS) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LIBS) -lcmocka -o $$@
-include $(call unit_program,$1).d
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test_rules,$(test))))

unit-tests: $(call unit_program,$(UNIT_TESTS))
# make unit-ROOM builds and runs the unit tests of one room
unit-%: FORCE
	@$(MAKE) --no-print-directory $(foreach t,$(filter tests/unit/$*/%,$(UNIT_TESTS)),$(call unit_program,$t))
	@for t in $(foreach t,$(filter tests/unit/$*/%,$(UNIT_TESTS)),$(call unit_program,$t)); do $$t || exit 1; done
FORCE:

-include tools/generated.mk
-include tools/checks.mk

clean:
	rm -rf $(BUILD)

.PHONY: all clean unit-tests FORCE
.SECONDARY:
