/* Inside this room. */
#ifndef MERLON_ANNOUNCE_INSIDE_H
#define MERLON_ANNOUNCE_INSIDE_H

#include "announce/announce.h"
#include "ledger/cosigned.h"
#include "ledger/stop.h"

#include <pthread.h>
#include <stdatomic.h>

struct announce {
    struct announce_config config;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool ends;
    bool is_first;     /* round since the start: everybody is asked */
    int64_t in_file;   /* size of the head that was appended last */
    int64_t in_lines;  /* the same of syslog and the lines of events */
    int64_t warned_at; /* of a wanting quorum */
};

/* One round each, with the newest head. Trouble with one witness or channel is logged and kept in its row, and is no
 * failure. */
enum result announce_ask(struct ctx *ctx, struct announce *announce, const struct ledger_head *head) MUST_USE;
enum result announce_publish(struct ctx *ctx, struct announce *announce, const struct ledger_head *head) MUST_USE;

/* Takes the peer for this round: false when another node has, since it was read. Sets asked_at. */
enum result announce_claim(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer, bool *mine) MUST_USE;
/* Whether what failed was broken off because this process ends: that is no trouble of the peer. What is given back is
 * as if it had not been asked, so that the next start, or another node, does not wait with it. */
bool announce_broke_off(const struct announce *announce, enum result result);
enum result announce_give_back(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer,
                               int64_t asked_before) MUST_USE;
/* Keeps what came of it: trouble empty is that it has the head of `size`. */
enum result announce_keep(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer, int64_t size,
                          struct str trouble) MUST_USE;

#endif
