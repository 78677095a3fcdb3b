# make            builds build/merlon, with the browser's pages inside it
# make run        installs what is missing, builds, loads the demonstration once, serves http://127.0.0.1:8080
# make test       everything, closing with "N passed, N failed";  make check: the fast part, for every commit
# make unit-ROOM  the unit tests of one room;  make fuzz: an open-ended search, FUZZ_SECONDS=60 for each target
# make bench      ratios of speed;  make format: clang-format;  make install: the program and its systemd unit
#
# Each folder of src/ is a room and becomes one static library; which rooms a room may use is in tools/rooms.mk.
# BUILD=dir builds elsewhere, MODE=sanitize with the sanitizers of the compiler, CC=clang with clang, UI=no with the pages
# as they were last built.

MAKEFLAGS += --no-builtin-rules
BUILD ?= build
MODE ?= release
PREFIX ?= /usr/local
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := $(shell cat VERSION)
comma := ,

all: $(BUILD)/merlon

include tools/rooms.mk
include tools/generated.mk

PACKAGES := libmicrohttpd sqlite3 libpq libsodium libcrypto libcurl yaml-0.1 libxml-2.0 pangocairo cairo-pdf libzip
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wpointer-arith \
            -Wcast-align -Wundef -Wformat=2 -Wno-missing-field-initializers -Werror
FLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
FLAGS.sanitize := -DMERLON_SANITIZE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS.fuzz := -DMERLON_SANITIZE -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK.release := -pie -Wl,-z,relro,-z,now
LINK.sanitize := -fsanitize=address,undefined
LINK.fuzz := -fsanitize=fuzzer,address,undefined

# pkg-config is asked once, when the first command needs it: before that it may not even be installed.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g'))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $$(shell pkg-config --libs $(PACKAGES)))$(PACKAGE_LIBS)
CPPFLAGS += -D_GNU_SOURCE -DMERLON_VERSION='"$(VERSION)"' -Isrc -Itests -Itests/unit $(PACKAGE_CFLAGS)
CFLAGS += -std=c17 -pthread $(WARNINGS) $(FLAGS.$(MODE))
LDFLAGS += $(LINK.$(MODE)) -pthread
LIBS = $(PACKAGE_LIBS) -lxlsxwriter -lcmark-gfm -lcmark-gfm-extensions -lgnutls -lm

COMPILE = @mkdir -p $(@D) && echo "  CC   $<" && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
LINK = @mkdir -p $(@D) && echo "  LINK $@" && $(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group

sources = $(if $(wildcard src/$1),$(sort $(shell find src/$1 -name "*.c")))
objects = $(patsubst src/%.c,$(BUILD)/src/%.o,$(call sources,$1))
libraries = $(foreach name,$1,$(BUILD)/lib/$(name).a)

$(BUILD)/src/%.o: src/%.c VERSION
	$(COMPILE)
$(BUILD)/generated/%.o: $(BUILD)/generated/%.c
	$(COMPILE)
$(BUILD)/tests/%.o: tests/%.c
	$(COMPILE)

# The list of its objects is a prerequisite too, so that a source that was removed leaves the library.
define room_rules
$(BUILD)/lib/$1.list: FORCE
	@mkdir -p $$(@D) && echo "$(call objects,$1)" | cmp -s - $$@ || echo "$(call objects,$1)" >$$@
$(BUILD)/lib/$1.a: $(call objects,$1) $(GENERATED_OBJECTS.$1) $(BUILD)/lib/$1.list
	@rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)
-include $(patsubst %.o,%.d,$(call objects,$1))
endef
$(foreach name,$(ROOMS),$(eval $(call room_rules,$(name))))

$(BUILD)/merlon: $(ASSET_OBJECTS) $(call libraries,$(ROOMS))
	$(LINK) $(LIBS) -o $@

include tools/tests.mk

run:
	@sh tools/setup.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@sh tools/run.sh $(BUILD)/merlon

install: all
	install -D -m 755 $(BUILD)/merlon $(DESTDIR)$(PREFIX)/bin/merlon
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|g' packaging/merlon.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/merlon.service

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all run install clean FORCE
