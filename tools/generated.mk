# What is generated: the list of registers, the browser's pages and the embedded files. Nothing of it is ever edited.

# Where the machine's node is too old, tools/setup.sh has put a newer one here.
NODE_BIN := $(wildcard $(CURDIR)/build/node/node_modules/.bin)
export PATH := $(if $(NODE_BIN),$(NODE_BIN):)$(PATH)

UI_SOURCES := $(if $(wildcard ui/package.json),$(shell find ui -name node_modules -prune -o -path ui/dist -prune -o \
                -type f ! -name '*.md' -print) $(wildcard content/labels/ui.*.json) docs/running.md)
UI_PAGES := $(if $(UI_SOURCES),$(if $(filter no,$(UI)),,ui/dist/index.html))
ui: $(UI_PAGES)
ui/node_modules/.package-lock.json: ui/package-lock.json
	@echo "  NPM  ui" && cd ui && flock package-lock.json npm ci --loglevel=error && touch node_modules/.package-lock.json
ui/dist/index.html: $(UI_SOURCES) ui/node_modules/.package-lock.json
	@echo "  VITE ui" && cd ui && flock package-lock.json npm run --silent build -- --logLevel warn && touch dist/index.html

# Rules that look at many files run each time and touch their output only when it changes.
$(BUILD)/generated/register_list.c: FORCE
	@sh tools/list-registers.sh $@
GENERATED_OBJECTS.registers := $(BUILD)/generated/register_list.o

ASSET_OBJECTS := $(BUILD)/generated/assets.o $(BUILD)/generated/asset_bytes.o
$(BUILD)/generated/assets.c: $(UI_PAGES) FORCE
	@sh tools/embed.sh $(BUILD)/generated
$(BUILD)/generated/asset_bytes.o: $(BUILD)/generated/assets.c
	@$(CC) -c $(BUILD)/generated/assets.S -o $@
-include $(wildcard $(BUILD)/generated/*.d)

.PHONY: ui
