/* Approved versions of a Statement of Applicability: frozen, hashed and signed, so that an auditor can check years
 * later what was approved, with the public key alone. */
#include "base/clock.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/records.h"
#include "records/signature.h"
#include "registers/compliance/soa_snapshot.h"
#include "schema/signing.h"

enum { TITLE_, SOA, EDITION, APPROVED_BY, APPROVED_ON, SHA256, SIGNATURE, KEY, SNAPSHOT, FIELDS };

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = DERIVED | SEARCH | LISTED | TITLE},
    [SOA] = {.name = "soa", .kind = LINK, .target = "soa", .flags = DERIVED | LISTED},
    [EDITION] = {.name = "edition", .kind = NUMBER, .flags = DERIVED | LISTED},
    [APPROVED_BY] = {.name = "approved_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [APPROVED_ON] = {.name = "approved_on", .kind = DATE, .flags = DERIVED | LISTED},
    [SHA256] = {.name = "sha256", .kind = TEXT, .flags = DERIVED | LISTED},
    [SIGNATURE] = {.name = "signature", .kind = TEXT, .flags = DERIVED},
    [KEY] = {.name = "key", .kind = TEXT, .flags = DERIVED},
    [SNAPSHOT] = {.name = "snapshot", .kind = DATA, .flags = DERIVED},
};

static const struct signing signing = {
    .purpose = "merlon soa v1", .bytes = "snapshot", .sha256 = "sha256", .signature = "signature", .key = "key"};

static enum result write_snapshot(struct ctx *ctx, const struct record *soa, struct buf *out)
{
    struct record_list lines;
    TRY(record_parts(ctx, soa, &lines)); /* what is signed was decided, by whom the ledger names */
    buf_text(out, "{\"soa\":");
    record_write_json(ctx, out, soa);
    buf_text(out, ",\"lines\":[");
    for (size_t i = 0; i < lines.count; i++) {
        if (i) buf_char(out, ',');
        record_write_json(ctx, out, lines.at[i]);
    }
    buf_text(out, "]}");
    return OK;
}

enum result soa_version_make(struct ctx *ctx, const struct record *soa, int64_t edition)
{
    struct record *version = record_new(ctx, house_register(ctx->house, S("soa_version")));
    struct buf snapshot = buf_in(ctx->arena);
    struct signature signature;
    TRY(write_snapshot(ctx, soa, &snapshot));
    TRY(record_sign(ctx, signing.purpose, buf_str(&snapshot), &signature));
    version->row[C_UNIT] = soa->row[C_UNIT];
    record_set_text(
        version, TITLE_,
        arena_print(ctx->arena, "%.*s, version %lld", PRINT(str_shorten(record_title(soa), 180)), (long long)edition));
    record_set_number(version, SOA, record_id(soa));
    record_set_number(version, EDITION, edition);
    version->own[APPROVED_BY] = record_value(soa, "approved_by");
    version->own[APPROVED_ON] = record_value(soa, "approved_on");
    record_set_text(version, SHA256, signature.sha256);
    record_set_text(version, SIGNATURE, signature.signature);
    record_set_text(version, KEY, signature.key);
    record_set_text(version, SNAPSHOT, buf_str(&snapshot));
    return record_insert(ctx, version, "approve");
}

const struct reg soa_version_register = {
    .name = "soa_version",
    .prefix = "SOV",
    .room = "compliance",
    .flags = NO_CREATE | NO_CHANGE | NO_OWNER | KEPT,
    .fields = fields,
    .field_count = FIELDS,
    .signing = &signing,
};
