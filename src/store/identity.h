/* Whose MACs they are. The MACs of rows are made under the master key and the identity of the database: a restored copy
 * has the same master key, and an identity of its own, so that nothing that was written in the copy, by whoever may
 * there, is good in the original, nor the other way round, whatever number or time it bears. All that a copy brought
 * is put under its own in the transaction of the restore, row by row, and what did not hold stays as wrong as it was.
 *
 * The identity stands in the setting "identity", which has a MAC under itself: whoever exchanges it makes every other
 * row strange. */
#ifndef MERLON_STORE_IDENTITY_H
#define MERLON_STORE_IDENTITY_H

#include "store/seal.h"

/* What is read is what the keyring goes by from here on. Before anything else is held against a MAC; *any false where
 * the database has none yet. BROKEN when the setting is not as the program wrote it. */
enum result identity_read(struct ctx *ctx, struct keyring *keyring, bool *any) MUST_USE;
/* Before a database is made: an attempt that was undone may have left one with the keyring. */
void identity_forget(struct keyring *keyring);
/* Inside a write, in a new database: its first one. What is in `meta` already is put under it. */
enum result identity_begin(struct ctx *ctx, struct keyring *keyring) MUST_USE;
/* Inside the write of a restore: a new one, under which the settings are put; *before is the one that all else is
 * still under. */
enum result identity_part(struct ctx *ctx, struct keyring *keyring, struct identity *before) MUST_USE;

#endif
