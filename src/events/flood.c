/* A few hundred slots are looked through one by one: a refusal is rare, and in a flood this is what it costs. */
#include "events/flood.h"

#include "base/clock.h"

#include <arpa/inet.h>

static struct str network_of(const char *address, unsigned char room[16])
{
    if (inet_pton(AF_INET6, address, room) != 1) return str_of(address);
    const struct in6_addr *six = (const struct in6_addr *)(const void *)room;
    return IN6_IS_ADDR_V4MAPPED(six) ? str_of(address) : (struct str){(const char *)room, 8};
}

uint64_t flood_key(const struct event_row *row)
{
    _Alignas(16) unsigned char room[16];
    enum { NUMBERS = 3 * 20 + 5 }; /* three of 64 bits, and five blanks */
    char text[NUMBERS + DETAIL_SIZE + SUBJECT_SIZE + ADDRESS_SIZE];
    struct str network = network_of(row->address, room);
    bool known = row->actor || row->kind == EVENT_ALARM; /* a stranger cannot make as many as he likes */
    int len = snprintf(text, sizeof text, "%d %lld %s %s %lld ", (int)row->kind, (long long)row->actor,
                       known ? row->detail : "", known ? row->subject : "", (long long)(known ? row->record : 0));
    memcpy(text + len, network.at, network.len);
    return str_hash((struct str){text, (size_t)len + network.len});
}

static void count(struct flood_slot *slot, const struct event_row *row)
{
    slot->counted.at = row->at;
    slot->counted.count++;
}

static void begin(struct flood_slot *slot, uint64_t key, const struct event_row *row, int64_t now)
{
    *slot = (struct flood_slot){.key = key, .until = now + FLOOD_MINUTE, .counted = *row};
    slot->counted.count = 0;
    slot->counted.request[0] = 0; /* one of many */
}

bool flood_take(struct flood *flood, uint64_t key, const struct event_row *row, int64_t now)
{
    for (size_t i = 0; i < flood->count; i++) {
        if (flood->slots[i].key != key) continue;
        count(&flood->slots[i], row);
        return false;
    }
    if (flood->count < FLOOD_SLOTS) {
        begin(&flood->slots[flood->count++], key, row, now);
        return true;
    }
    if (!flood->others.until) {
        begin(&flood->others, 0, row, now);
        flood->others.counted.actor = flood->others.counted.record = 0;
        flood->others.counted.account[0] = flood->others.counted.address[0] = 0;
        flood->others.counted.subject[0] = 0;
        event_text(flood->others.counted.detail, DETAIL_SIZE, S("from many addresses"));
    }
    count(&flood->others, row);
    return false;
}

/* A slot that has counted goes on for another minute, so that a flood stays one row a minute. */
static bool hand_out(struct flood_slot *slot, int64_t now, struct event_row *row)
{
    if (!slot->counted.count) return false;
    *row = slot->counted;
    slot->counted.count = 0;
    slot->until = now + FLOOD_MINUTE;
    return true;
}

bool flood_next(struct flood *flood, int64_t now, bool all, struct event_row *row)
{
    for (size_t i = 0; i < flood->count; i++) {
        struct flood_slot *slot = &flood->slots[i];
        if (!all && slot->until > now) continue;
        if (hand_out(slot, now, row)) return true;
        if (all) continue;
        *slot = flood->slots[--flood->count];
        i--;
    }
    if (!flood->others.until || (!all && flood->others.until > now)) return false;
    if (hand_out(&flood->others, now, row)) return true;
    flood->others.until = 0;
    return false;
}
