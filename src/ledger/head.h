/* A signed head: what a checkpoint of C2SP tlog-checkpoint says, and who signed it. */
#ifndef MERLON_LEDGER_HEAD_H
#define MERLON_LEDGER_HEAD_H

#include "ledger/hash.h"

enum { KEY_ID = 17, SIGNATURE_SIZE = 64, ORIGIN_SIZE = 24 };

struct ledger_head {
    char origin[ORIGIN_SIZE]; /* which ledger: "merlon/" and the id of the key that began it */
    int64_t size;             /* of the tree, entries */
    int64_t previous;         /* size under the head before; 0: this is the first */
    int64_t at;               /* ms; never earlier than the head before, nor than the entries under it */
    struct hash root;
    char key_id[KEY_ID];
    unsigned char signature[SIGNATURE_SIZE]; /* Ed25519, over canonical_head */
};

#endif
