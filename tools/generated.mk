# What is generated: the list of registers, the browser's pages and the embedded files. Nothing of it is ever edited.

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
