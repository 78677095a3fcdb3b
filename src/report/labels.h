/* The words of one language, from the catalogues (content/labels/): "register.risk" is "Risk". A key that no catalogue
 * has is shown by its last part made readable, "state.in_treatment" as "In treatment", so that a new register prints
 * at once. */
#ifndef MERLON_REPORT_LABELS_H
#define MERLON_REPORT_LABELS_H

#include "base/asset.h"
#include "base/ctx.h"

struct labels;

/* From every asset "labels/LANGUAGE.json" and "labels/NAME.LANGUAGE.json" (but not the browser's own, "labels/ui.*",
 * nor what refusals say, "labels/sentences.*"); English first, so that what is not translated yet is at least readable.
 * INVALID when a catalogue is no JSON object. */
enum result labels_of_assets(struct ctx *ctx, const struct asset *assets, size_t count, struct str language,
                             struct labels **labels) MUST_USE;

struct str label(const struct labels *labels, const char *key);
struct str label_register(const struct labels *labels, const char *reg);
struct str label_registers(const struct labels *labels, const char *reg); /* plural */
struct str label_field(const struct labels *labels, const char *reg, const char *field);
struct str label_choice(const struct labels *labels, const char *reg, const char *field, struct str choice);
struct str label_state(const struct labels *labels, const char *reg, struct str state);
/* The text of the key with "{name}" replaced by the value, in the arena. */
struct str label_with(const struct labels *labels, const char *key, const char *name, struct str value);

#endif
