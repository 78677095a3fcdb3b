/* A decision is taken with its content in view: what it is about, as the ledger has it, with all of its parts; what has
 * changed since the same was last decided; who asked for it, and when. Whoever decides sends the hash of the content
 * that was shown, and nothing is decided on any other (ISO/IEC 27001 7.5.2 c, 6.1.3 f). A step is one
 * (transition_is_decision) that needs DECIDE and is a judgement of others' work (`independent_of`). */
#ifndef MERLON_RECORDS_DECISION_H
#define MERLON_RECORDS_DECISION_H

#include "records/record.h"

/* {"step", "open", "reason", "sha256", "content": {"register", "id", "step", "record", "parts"}, "since": null or
 * {"at", "actor": {"id", "name"}, "version"}, "asked": likewise, "changes": [{"field", "before", "after"}], "parts":
 * [{"id", "reference", "title", "changes"}], "withheld"}. "sha256" is of the bytes of "content". "since": when it was
 * last decided; without it there are no changes. "asked": the step that led here, or the creation. Parts that have not
 * changed are left out. "withheld": something of then lay where the actor may not read, and is not told.
 * Inside a snapshot or a write in which `record` was read too, since it is held against the ledger: CONFLICT or BROKEN
 * where it is not what was written. NOT_FOUND where the register has no such decision; INVALID of a past day. */
enum result decision_write(struct ctx *ctx, const struct record *record, struct str step, struct buf *out) MUST_USE;

/* Inside the write that decides: is the content still that which was shown? A field error without "content_sha256" in
 * the body, CONFLICT when it is another. What was shown goes into *note, for the history. */
enum result decision_demand(struct ctx *ctx, const struct record *record, const struct transition *step,
                            const struct json *body, struct str *note) MUST_USE;

#endif
