/* Inside this room only: the file of a backup as a stream of bytes that is compressed, sealed and complete or not at
 * all.
 *
 * A header of 73 bytes (name, kind of key, salt and cost of Argon2id, header of the stream), then chunks: four bytes of
 * length, little-endian, and that many bytes sealed by libsodium's secretstream (XChaCha20-Poly1305), which
 * authenticates order and end. Inside a chunk: one byte for how (0 plain, 1 zlib), four bytes of plain length, the
 * bytes. The key of the stream is derived from the master key or the passphrase and from the header, so no byte of the
 * file can be altered. */
#ifndef MERLON_STORE_BACKUP_FILE_H
#define MERLON_STORE_BACKUP_FILE_H

#include "store/backup.h"

/* ---- writing: into PATH.partial, which becomes PATH when it is complete and on the disk ---- */

struct backup_out;

enum result backup_out_open(struct ctx *ctx, const struct backup *backup, struct str path,
                            struct backup_out **out) MUST_USE;
enum result backup_out_add(struct ctx *ctx, struct backup_out *out, struct str bytes) MUST_USE;
/* Seals the last chunk and syncs; the file still has its partial name. */
enum result backup_out_close(struct ctx *ctx, struct backup_out *out) MUST_USE;
struct str backup_out_partial(const struct backup_out *out);
/* Gives the file its name. Without it, what was written is removed when the arena ends. */
enum result backup_out_keep(struct ctx *ctx, struct backup_out *out) MUST_USE;

/* ---- reading ---- */

struct backup_in;

/* INVALID: no backup, or sealed otherwise than asked; DENIED: the key or passphrase does not open it. */
enum result backup_in_open(struct ctx *ctx, const struct backup *backup, struct str path,
                           struct backup_in **in) MUST_USE;
/* Exactly `len` bytes, valid until the next call. BROKEN when the file is damaged or ends before. */
enum result backup_in_take(struct ctx *ctx, struct backup_in *in, size_t len, struct str *bytes) MUST_USE;
/* That the stream and the file end here. */
enum result backup_in_end(struct ctx *ctx, struct backup_in *in) MUST_USE;
void backup_in_close(struct backup_in *in);
int64_t backup_in_size(const struct backup_in *in); /* of the file, bytes */

#endif
