/* A few hundred slots are looked through one by one: a refusal is rare, and in a flood this is what it costs. */
#include "events/throttle.h"

#include "base/clock.h"

#include <arpa/inet.h>

static struct str network_of(const char *address, unsigned char room[16])
{
    if (inet_pton(AF_INET6, address, room) != 1) return str_of(address);
    const struct in6_addr *six = (const struct in6_addr *)(const void *)room;
    return IN6_IS_ADDR_V4MAPPED(six) ? str_of(address) : (struct str){(const char *)room, 8};
}

uint64_t throttle_key(const struct event_row *row)
{
    _Alignas(16) unsigned char room[16];
    char text[512];
    struct str network = network_of(row->address, room);
    bool known = row->actor || row->kind == EVENT_ALARM; /* a stranger cannot make as many as he likes */
    int len = snprintf(text, sizeof text, "%d %lld %s %s %lld ", (int)row->kind, (long long)row->actor,
                       known ? row->detail : "", known ? row->subject : "", (long long)(known ? row->record : 0));
    memcpy(text + len, network.at, network.len);
    return str_hash((struct str){text, (size_t)len + network.len});
}

static void count(struct throttle_slot *slot, const struct event_row *row)
{
    slot->counted.at = row->at;
    slot->counted.count++;
}

static void begin(struct throttle_slot *slot, uint64_t key, const struct event_row *row, int64_t now)
{
    *slot = (struct throttle_slot){.key = key, .until = now + THROTTLE_MINUTE, .counted = *row};
    slot->counted.count = 0;
    slot->counted.request[0] = 0; /* one of many */
}

bool throttle_take(struct throttle *throttle, uint64_t key, const struct event_row *row, int64_t now)
{
    for (size_t i = 0; i < throttle->count; i++) {
        if (throttle->slots[i].key != key) continue;
        count(&throttle->slots[i], row);
        return false;
    }
    if (throttle->count < THROTTLE_SLOTS) {
        begin(&throttle->slots[throttle->count++], key, row, now);
        return true;
    }
    if (!throttle->others.until) {
        begin(&throttle->others, 0, row, now);
        throttle->others.counted.actor = throttle->others.counted.record = 0;
        throttle->others.counted.account[0] = throttle->others.counted.address[0] = 0;
        throttle->others.counted.subject[0] = 0;
        event_text(throttle->others.counted.detail, DETAIL_SIZE, S("from many addresses"));
    }
    count(&throttle->others, row);
    return false;
}

/* A slot that has counted goes on for another minute, so that a flood stays one row a minute. */
static bool hand_out(struct throttle_slot *slot, int64_t now, struct event_row *row)
{
    if (!slot->counted.count) return false;
    *row = slot->counted;
    slot->counted.count = 0;
    slot->until = now + THROTTLE_MINUTE;
    return true;
}

bool throttle_next(struct throttle *throttle, int64_t now, bool all, struct event_row *row)
{
    for (size_t i = 0; i < throttle->count; i++) {
        struct throttle_slot *slot = &throttle->slots[i];
        if (!all && slot->until > now) continue;
        if (hand_out(slot, now, row)) return true;
        if (all) continue;
        *slot = throttle->slots[--throttle->count];
        i--;
    }
    if (!throttle->others.until || (!all && throttle->others.until > now)) return false;
    if (hand_out(&throttle->others, now, row)) return true;
    throttle->others.until = 0;
    return false;
}
