/* The catalogues of sentences of all languages, from the embedded files (base/sentences.h says what they hold). */
#ifndef MERLON_FORMAT_CATALOGUE_H
#define MERLON_FORMAT_CATALOGUE_H

#include "base/asset.h"
#include "base/ctx.h"

/* One language for each asset "labels/sentences.LANGUAGE.json", with the labels of "labels/LANGUAGE.json" beside its
 * sentences; both are objects of text. Everything lives in the ctx's arena. INVALID names the file that is no such
 * object. */
enum result languages_of_assets(struct ctx *ctx, const struct asset *assets, size_t count,
                                struct languages *out) MUST_USE;

#endif
