/* What must be secret is sealed by the program: evidence and credentials. Each blob has a data key of its own,
 * wrapped by the master key (XChaCha20-Poly1305, libsodium). The master key is 32 random bytes in a file of mode
 * 0600, given by --master-key, $CREDENTIALS_DIRECTORY/merlon-master-key (systemd), or DIR/master.key, made at the
 * first start. */
#ifndef MERLON_STORE_SEAL_H
#define MERLON_STORE_SEAL_H

#include "base/ctx.h"

enum { MASTER_KEY_SIZE = 32 };

/* What MACs are made under beside the master key (identity.h): hexadecimal digits, or empty. */
enum { IDENTITY_NAME = 32 };
struct identity {
    char name[IDENTITY_NAME + 1];
};

struct keyring {
    unsigned char master[MASTER_KEY_SIZE]; /* in locked memory; wiped by keyring_close */
    struct identity identity;
};

/* Finds and reads the master key; makes one in `directory` when `create` and there is none. INVALID with a sentence
 * when it is missing or is readable by others, BROKEN when it has the wrong size. */
enum result keyring_open(struct ctx *ctx, struct str directory, struct str key_file, bool create,
                         struct keyring **keyring) MUST_USE;
/* The file that keyring_open would read. */
struct str keyring_place(struct ctx *ctx, struct str directory, struct str key_file);
/* Is there such a file, that may be read? For whoever goes on without one. */
bool keyring_is_there(struct ctx *ctx, struct str directory, struct str key_file);
void keyring_close(struct keyring *keyring);

/* A short fingerprint, kept in the database so that the wrong key is told at start and not at the first read. */
struct str keyring_fingerprint(struct ctx *ctx, const struct keyring *keyring);

/* Small secrets. `purpose` is authenticated with it: sealed for one, it opens for no other. BROKEN when it does not
 * open. */
enum result seal_small(struct ctx *ctx, const struct keyring *keyring, const char *purpose, struct str plain,
                       struct str *sealed) MUST_USE;
enum result open_small(struct ctx *ctx, const struct keyring *keyring, const char *purpose, struct str sealed,
                       struct str *plain) MUST_USE;

/* ---- rows that only the program can have written ---- */

/* MACs go by this one from here on. Before other threads use the keyring. */
void keyring_bind(struct keyring *keyring, const struct identity *identity);

enum { MAC_SIZE = 32 };

/* A MAC (BLAKE2b, RFC 7693, keyed) over `bytes`, under a key that is derived from the master key for this purpose
 * ("ledger-entry", "grant") and for the identity: whoever can write the database but has no master key cannot
 * make one, and what was made for one purpose, or in a copy, is good for no other. The bytes of a row's MAC must name
 * the row, its key included. */
void keyring_mac(const struct keyring *keyring, const char *purpose, struct str bytes, unsigned char mac[MAC_SIZE]);
/* Whether `mac`, as a column holds it, is that MAC; in constant time. */
bool keyring_mac_is(const struct keyring *keyring, const char *purpose, struct str bytes, struct str mac);
/* Whether it is the one that was made under another identity: for a copy that parts from the original. */
bool keyring_mac_was(const struct keyring *keyring, const struct identity *before, const char *purpose,
                     struct str bytes, struct str mac);
/* A hash under the master key that is the same in every copy: it proves nothing. */
void keyring_hash(const struct keyring *keyring, const char *purpose, struct str bytes, unsigned char hash[MAC_SIZE]);

#endif
