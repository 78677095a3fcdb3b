/* Sentences in the language of whoever reads them. The English format in the code is the key, as with gettext; a
 * catalogue (content/labels/sentences.de.json) holds a template for each, in which the arguments stand in any order:
 *
 *     {1}               the first argument, as the English format prints it
 *     {1:register}      the label "register.ARGUMENT" of the language's label catalogue (content/labels/de.json);
 *                       {1:register.many} is "register.ARGUMENT.many"
 *     {2:field/1}       the label "field.REGISTER.ARGUMENT", else "field.ARGUMENT"; the register is argument 1, and
 *                       without "/1" the one that ctx->about names. So with any kind of label: {2:state/1}.
 *     {1:say}           an argument that is itself a sentence or a part of one, marked by SENTENCE() where it stands
 *
 * An argument that no catalogue knows is shown as it is, and so is a sentence without a template: in English.
 * tools/check-sentences.sh holds the catalogues to the code. */
#ifndef MERLON_BASE_SENTENCES_H
#define MERLON_BASE_SENTENCES_H

#include "base/map.h"

#include <stdarg.h>

/* Marks a literal as one that is handed to fail() from elsewhere, so that the catalogues are held to have it. */
#define SENTENCE(literal) "" literal

struct sentences {
    struct str language;       /* "de" */
    const struct map *texts;   /* of struct str *: by English format, and by key of a label */
    const struct str *formats; /* those English formats that take arguments: what sentences_retell() looks through */
    size_t format_count;
};

struct languages {
    const struct sentences *at;
    size_t count; /* English, which needs none, is not among them */
};

/* NULL when there is none of that name, which means English. */
const struct sentences *languages_find(const struct languages *languages, struct str language);

/* A finished sentence in the language; the same again when it has none for it, or sentences is NULL. Allocates nothing.
 */
struct str sentences_say(const struct sentences *sentences, struct str english);

/* What was written down in English, arguments and all, in the language: an alarm that a database keeps is read by
 * somebody else than whom it was written for. Of the formats that fit, the one counts that says the most itself. The
 * same again when none does, or sentences is NULL. */
struct str sentences_retell(const struct sentences *sentences, struct arena *arena, struct str english);

/* The format and its arguments, in the arena. sentences and about may be NULL. */
struct str sentences_print(const struct sentences *sentences, struct arena *arena, const char *about,
                           const char *format, va_list arguments) PRINTF_LIKE(4, 0);

#endif
