/* The ledger for whoever may read the room "assurance": entries, signed heads, proofs, the public key. The chain
 * is one for all companies, so a page shows every entry; of a record that the reader may not see, it shows that
 * there is one and nothing else. */
#include "api/assurance.h"
#include "api/routes.h"

#include "access/names.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/proof.h"
#include "records/entered.h"
#include "records/history.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"

enum { ENTRIES = 50, ENTRIES_MOST = 500 };

enum result assurance_demand(struct ctx *ctx)
{
    if (actor_may_in(ctx->actor, S("assurance"), READ, 0)) return OK;
    return fail(ctx, DENIED, "Your roles do not let you read the ledger.");
}

/* What an entry is about, as far as the reader may know. */
struct view {
    bool visible;
    struct record *record; /* NULL: no register's, or it is not there any more */
};

static enum result look_at(struct ctx *ctx, struct str subject, int64_t id, struct view *view)
{
    const struct reg *reg = house_register(ctx->house, subject);
    /* users, tokens and settings are seen from the top of the organisation */
    *view = (struct view){.visible = actor_may_on_top(ctx->actor, S("administration"), READ)};
    if (!reg) return OK;
    enum result loaded = record_load(ctx, reg, id, &view->record);
    if (loaded == NOT_FOUND) return OK;
    TRY(loaded);
    return record_may_see(ctx, view->record, &view->visible);
}

/* What the record said then is shown to whom it may be shown today, and would have been where it lay then. */
static enum result may_see_state(struct ctx *ctx, const struct ledger_entry *entry, bool *may)
{
    const struct reg *reg = house_register(ctx->house, entry->subject);
    struct json *state;
    if (!reg || ctx->actor->system || !entry->state.len) return OK;
    TRY(history_state(ctx, reg, entry, &state));
    *may = state != NULL;
    return OK;
}

/* ---- entries ---- */

static void put_subject(struct ctx *ctx, struct json_out *out, const struct ledger_entry *entry,
                        const struct view *view)
{
    const struct reg *reg = house_register(ctx->house, entry->subject);
    json_key(out, "register"), json_put_str(out, entry->subject);
    json_key(out, "id"), json_put_number(out, entry->record);
    json_key(out, "reference");
    if (reg)
        json_put_str(out, arena_print(ctx->arena, "%s-%lld", reg->prefix, (long long)entry->record));
    else
        json_put_null(out);
    json_key(out, "title");
    if (view->record)
        json_put_str(out, record_title(view->record));
    else
        json_put_null(out);
}

static enum result put_entry(struct ctx *ctx, struct json_out *out, const struct ledger_entry *entry,
                             struct names *names)
{
    char at[TIME_TEXT];
    struct str name;
    struct view view;
    TRY(look_at(ctx, entry->subject, entry->record, &view));
    bool says = view.visible;
    if (says && entry->comment.len) TRY(may_see_state(ctx, entry, &says));
    time_format(entry->at, at);
    json_open_object(out);
    json_key(out, "entry"), json_put_number(out, entry->id);
    json_key(out, "at"), json_put_text(out, at);
    json_key(out, "sealed"), json_put_bool(out, entry->sealed);
    json_key(out, "foreign"), json_put_bool(out, entry->foreign);
    json_key(out, "visible"), json_put_bool(out, view.visible);
    if (view.visible) {
        TRY(name_of(ctx, names, entry->actor, &name));
        json_key(out, "actor");
        json_open_object(out);
        json_key(out, "id"), json_put_number(out, entry->actor);
        json_key(out, "name"), json_put_str(out, name);
        json_close_object(out);
        json_key(out, "action"), json_put_str(out, entry->action);
        put_subject(ctx, out, entry, &view);
        json_key(out, "version"), json_put_number(out, entry->version);
        json_key(out, "comment"), json_put_str(out, says ? entry->comment : S(""));
        json_key(out, "purged"), json_put_bool(out, entry->purged);
        json_key(out, "missing"), json_put_bool(out, entry->missing);
    }
    json_close_object(out);
    return OK;
}

static enum result list_entries(struct ctx *ctx, struct exchange *x)
{
    struct ledger_entries entries;
    struct names names = {0};
    struct json_out out = json_out_to(&x->out);
    int64_t before, limit = ENTRIES;
    TRY(assurance_demand(ctx));
    TRY(query_page(ctx, x, ENTRIES_MOST, &before, &limit));
    TRY(ledger_recent(ctx, before, limit, &entries));
    record_told_foreign(ctx, &entries);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < entries.count; i++) TRY(put_entry(ctx, &out, &entries.at[i], &names));
    json_close_array(&out);
    json_key(&out, "next");
    if ((entries.cut || entries.count == (size_t)limit) && entries.at[entries.count - 1].id > 1)
        json_put_str(&out, arena_print(ctx->arena, "%lld", (long long)entries.at[entries.count - 1].id));
    else
        json_put_null(&out);
    json_close_object(&out);
    return OK;
}

/* ---- heads and proofs ---- */

enum result assurance_read_size(struct ctx *ctx, struct exchange *x, const char *name, int64_t *size)
{
    struct str text;
    *size = 0;
    if (!exchange_query(x, name, &text) || !text.len) return OK;
    if (parse_number(text, size) && *size > 0) return OK;
    return fail(ctx, INVALID, "%s is how many entries the head covers: a number from 1.", name);
}

static enum result get_head(struct ctx *ctx, struct exchange *x)
{
    struct ledger_head head;
    int64_t size;
    TRY(assurance_demand(ctx));
    TRY(assurance_read_size(ctx, x, "size", &size));
    TRY(ledger_signed_head(ctx, size, &head));
    ledger_head_json(&x->out, &head);
    return OK;
}

static enum result get_key(struct ctx *ctx, struct exchange *x)
{
    struct ledger_public key;
    TRY(assurance_demand(ctx));
    TRY(ledger_public_stored(ctx, &key));
    x->type = "application/x-pem-file";
    buf_add(&x->out, ledger_public_pem(ctx, &key));
    return OK;
}

/* Of an entry that is foreign no content is handed out (ledger_proof_json): there is none to ask a right for. */
enum result assurance_demand_visible(struct ctx *ctx, int64_t entry, bool with_state)
{
    struct ledger_entries found;
    struct view view = {0};
    TRY(ledger_recent(ctx, entry + 1, 1, &found));
    bool there = found.count && found.at[0].id == entry;
    if (there) TRY(look_at(ctx, found.at[0].subject, found.at[0].record, &view));
    bool own = there && !found.at[0].foreign;
    if (view.visible && with_state && own) TRY(may_see_state(ctx, &found.at[0], &view.visible));
    return view.visible ? OK : fail(ctx, NOT_FOUND, "The ledger has no entry %lld that you may see.", (long long)entry);
}

static enum result get_proof(struct ctx *ctx, struct exchange *x)
{
    struct str content = S("");
    int64_t entry, size;
    TRY(assurance_demand(ctx));
    TRY(path_number(ctx, x, "entry", &entry));
    TRY(assurance_read_size(ctx, x, "size", &size));
    if (entry == INT64_MAX) return fail(ctx, NOT_FOUND, "The ledger has no such entry.");
    exchange_query(x, "content", &content);
    bool with_state = str_is(content, "1");
    TRY(assurance_demand_visible(ctx, entry, with_state));
    return ledger_proof_json(ctx, entry, size, with_state, &x->out);
}

static enum result get_consistency(struct ctx *ctx, struct exchange *x)
{
    int64_t first, second;
    TRY(assurance_demand(ctx));
    TRY(assurance_read_size(ctx, x, "first", &first));
    TRY(assurance_read_size(ctx, x, "second", &second));
    return ledger_consistency_json(ctx, first, second, &x->out);
}

const struct route ledger_routes[] = {
    {HTTP_GET, "/api/v1/ledger", list_entries, LANE_WORKER, .help = "Entries of the ledger, newest first"},
    {HTTP_GET, "/api/v1/ledger/head", get_head, LANE_WORKER,
     .help = "A signed head of the ledger, the newest or by size"},
    {HTTP_GET, "/api/v1/ledger/key", get_key, LANE_WORKER, .help = "The public key that signs heads, as PEM"},
    {HTTP_GET, "/api/v1/ledger/proof/{entry}", get_proof, LANE_WORKER,
     .help = "That an entry stands under a head (RFC 9162 inclusion)"},
    {HTTP_GET, "/api/v1/ledger/consistency", get_consistency, LANE_WORKER,
     .help = "That a newer head only adds to an older one (RFC 9162 consistency)"},
};
const size_t ledger_route_count = COUNT(ledger_routes);
