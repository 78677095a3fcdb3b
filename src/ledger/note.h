/* Notes: text that is signed by one or more keys, each signature on a line of its own (C2SP signed-note), and two kinds
 * of signature: a log's own Ed25519 (signed-note, "Ed25519 signatures") and a witness's dated one
 * (tlog-cosignature, "Format" and "Signed message"). Pure: no database, no keys but public ones.
 *
 *     text, each line ended by \n
 *                                          (an empty line)
 *     - name base64(4 bytes of key id || signature)        the dash is U+2014 */
#ifndef MERLON_LEDGER_NOTE_H
#define MERLON_LEDGER_NOTE_H

#include "base/buf.h"

enum {
    NOTE_MOST = 64 * 1024, /* bytes of a note */
    NOTE_SIGNATURES = 64,  /* lines that one note may have */
    NOTE_NAME = 255,       /* bytes of a key's name */
    NOTE_KEY_ID = 4,       /* bytes */
    NOTE_KEY = 32,         /* Ed25519, RFC 8032 */
    NOTE_SIGNATURE = 64,   /* Ed25519 */
    NOTE_DATED = 8 + 64,   /* seconds since 1970, big-endian, and the signature */
    NOTE_BASE64_32 = 44,   /* what 32 bytes become */
    NOTE_VKEY = NOTE_NAME + 1 + 8 + 1 + 44,
};

enum note_kind { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04 };

struct note_key {
    struct str name; /* borrowed */
    enum note_kind kind;
    unsigned char at[NOTE_KEY];
    unsigned char id[NOTE_KEY_ID]; /* SHA-256(name || \n || kind || key), its beginning */
};

/* Neither empty nor longer than NOTE_NAME, UTF-8, without controls, white space of Unicode and "+". */
bool note_name_is_valid(struct str name);

/* Fills in the id. The name must be valid. */
void note_key_make(struct note_key *key, struct str name, enum note_kind kind, const unsigned char public[NOTE_KEY]);
/* name+id in hexadecimal+base64(kind || key), as policies and settings hold keys ("vkey"). Borrows the name. False for
 * anything else: also for an id that is not the key's own, and for kinds other than the two. */
bool note_key_parse(struct str vkey, struct note_key *key) MUST_USE;
void note_key_put(struct buf *out, const struct note_key *key);

struct note_signature {
    struct str name; /* borrowed */
    unsigned char id[NOTE_KEY_ID];
    struct str line;  /* borrowed: as it stands, without its \n */
    struct str bytes; /* what follows the id, in the arena */
};
struct note {
    struct str text; /* borrowed: with its last \n, what is signed */
    struct note_signature signatures[NOTE_SIGNATURES];
    size_t count;
};

/* The signatures are taken apart, not checked. False when it is not of the form of a note. */
bool note_parse(struct arena *arena, struct str bytes, struct note *note) MUST_USE;
/* Signature lines alone, as a witness answers them; `note->text` is left alone. */
bool note_parse_signatures(struct arena *arena, struct str lines, struct note *note) MUST_USE;

/* One signature line with its \n. */
void note_put_signature(struct buf *out, const struct note_key *key, struct str signature);

enum note_verdict {
    NOTE_OTHER, /* by another key */
    NOTE_HOLDS,
    NOTE_FALSE, /* says that it is by this key, and is not */
};
/* Whether it is this key's signature on the text. *at (may be NULL): when it was made, in ms since 1970; 0 where the
 * kind has no time. */
enum note_verdict note_check(struct arena *arena, struct str text, const struct note_signature *signature,
                             const struct note_key *key, int64_t *at);

/* What a witness signs: "cosignature/v1", "time SECONDS", then the text. */
void note_put_cosigned(struct buf *out, struct str text, int64_t seconds);
/* From the time and the Ed25519 signature to the bytes that stand in the line. */
void note_date(unsigned char out[NOTE_DATED], int64_t seconds, const unsigned char signature[NOTE_SIGNATURE]);

/* ---- words that the formats share ---- */

/* Standard base64 (RFC 4648 section 4) with padding. */
void base64_put(struct buf *out, const void *bytes, size_t len);
/* Exactly `len` bytes; false for anything else. */
bool base64_read(struct str text, void *out, size_t len) MUST_USE;
/* Decimal without leading zeros, 0 to INT64_MAX. */
bool size_read(struct str text, int64_t *size) MUST_USE;
/* A line with its \n cut off *rest; false when there is none that is ended. */
bool line_cut(struct str *rest, struct str *line) MUST_USE;

#endif
