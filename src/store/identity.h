/* Whose MACs they are. The MACs of rows are made under the master key and the identity of the database: a restored copy
 * has the same master key, and an identity of its own, so that nothing that was written in the copy, by whoever may
 * there, is good in the original, nor the other way round. A copy keeps what came with the backup: entries and security
 * events up to where it parts stand under the identity of before; all else is written anew.
 *
 * Identities stand in the setting "identity", which has a MAC under the newest of them: whoever exchanges it makes
 * every other row strange. */
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
/* Inside the write of a restore: a new one. Entries up to `entry` and events up to `at` stay under those of before;
 * settings that held are put under the new one, and stay as wrong as they were where they did not. */
enum result identity_part(struct ctx *ctx, struct keyring *keyring, int64_t entry, int64_t at) MUST_USE;

#endif
