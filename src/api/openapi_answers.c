/* Routes say who handles them; this table says what goes over the wire. It stands apart so that http/ need know
 * nothing of it. That it is true is tested: every reply of the contract tests is held against the document, and
 * every route is called. */
#include "api/openapi_answers.h"

#define REG "/api/v1/{register}"
#define FILES "text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define EVENT_FILTERS "kind,outcome,actor,who,address,request,subject,record,from,to"
#define LISTING "q,sort,fields,expand,as_of,deleted,cursor,limit,count"

/* clang-format off */
const struct named_shape named_shapes[] = {
    {"expanded", "{id:integer, reference?:string, title:string?, identifier?:string, register?:string, "
                 "status?:string?}"},
    {"problem", "{type:string, title:string, status:integer, detail:string, request?:string, "
                "errors?:[{pointer:string, code:string, detail:string}], current?:object, leaning?:[@leaning], "
                "code?:string}"},
    {"found", "{register:string, id:integer, reference:string, title:string?, identifier?:string, status:string, "
              "matched?:{field:string, text:string}}"},
    {"leaning", "{register:string, id:integer, reference:string, title:string?, field:string, status:string}"},
    {"step", "{name:string, to:string, decision:boolean, allowed:boolean, reason:string, asks:[string], "
             "demands:[string]}"},
    {"history", "{items:[{entry:integer, at:time, actor:{id:integer, name:string}, action:string, comment:string, "
                "version:integer, purged:boolean, missing:boolean, sealed:boolean, foreign:boolean, "
                "before_missing:boolean, changes:[@difference]}], next:string?}"},
    {"moment", "{at:time, version:integer, actor:{id:integer, name:string}}"},
    {"difference", "{field:string, before:any, after:any}"},
    {"bulk", "{ids:[integer], change:object}"},
    {"bulk_result", "{changed:[integer], failed:[{id:integer, detail:string}]}"},
    {"clock", "{state:string, now:time, machine:time}"},
    {"grant", "{role:string, unit:integer}"},
    {"session", "{user:{id:integer, name:string, email:string, person:integer?}, csrf:string, language:string, "
                "roles:[@grant], expires_at:time?}"},
    {"user", "{id:integer, name:string, email:string, person:integer?, active:boolean, language:string, "
             "has_password:boolean, grants:[@grant], last_login_at:time?, blocked_until:time?, created_at:time, "
             "version:integer}"},
    {"user_create", "{name:string, email:string, person?:any, active?:boolean, language?:string, password?:string, "
                    "grants?:[@grant], comment?:string}"},
    {"user_change", "{name?:string, email?:string, person?:any, active?:boolean, language?:string, password?:string, "
                    "grants?:[@grant], unblock?:boolean, comment?:string}"},
    {"token", "{id:integer, name:string, scopes:[string], created_at:time, expires_at:time, last_used_at:time?}"},
    {"token_made", "{id:integer, name:string, scopes:[string], created_at:time, expires_at:time, last_used_at:time?, "
                   "secret:string}"},
    {"custom_field", "{id:integer, register:string, name:string, kind:string, label:string, choices:[string], "
                     "required:boolean}"},
    {"job", "{id:integer, kind:string, status:string, done:integer, total:integer, detail:string?, result:any, "
            "created_at:time, ended_at:time?}"},
    {"security_event", "{id:integer, at:time, kind:string, outcome:string, actor:{id:integer, name:string}?, "
                       "account:string?, address:string?, request:string?, subject:string?, record:integer?, "
                       "reference:string?, user:{id:integer, name:string?, email:string?}?, detail:string?, "
                       "count:integer, node:string}"},
    {"head",
     "{origin:string, size:integer, previous:integer, root:string, at:integer, key_id:string, signature:string}"},
    {"framework_loaded", "{framework:integer, created:integer, changed:integer, unchanged:integer}"},
    {"described_field", "{name:string, kind:string, group:string, required:boolean, derived:boolean, list:boolean, "
                        "search:boolean, unique:boolean, fixed:boolean, by_transition:boolean, by_user:boolean, "
                        "min:integer?, max:integer?, target:string?, targets:[string]?, choices:[string]?, "
                        "scale:string?, custom:boolean, fallback:any, label?:string}"},
    {"described_register", "{name:string, prefix:string, room:string, scope:string, title_field:string, "
                           "cited_field:string?, quiet:boolean, has_owner:boolean, follows_subject:boolean, "
                           "columns:[string], fields:[@described_field], "
                           "may:{create:boolean, change:boolean, delete:boolean, decide:boolean, import:boolean}, "
                           "states:[{name:string, tone:string, initial:boolean, final:boolean, locked:boolean}], "
                           "transitions:[{name:string, from:[string], to:string, needs:string, asks:[string], "
                           "demands:[string], independent_of:[string], decision:boolean}], parts:string?}"},
    {NULL, NULL},
};

static const struct route_answer answers[] = {
    {HTTP_GET, REG, 200, "@{register}_list", .query = LISTING},
    {HTTP_POST, REG, 201, "@{register}", "@{register}_create", .headers = "Idempotency-Key"},
    {HTTP_PATCH, REG, 200, "@bulk_result", "@bulk"},
    {HTTP_GET, REG "/{id}", 200, "@{register}", .query = "expand,as_of"},
    {HTTP_PATCH, REG "/{id}", 200, "@{register}", "@{register}_change", .takes = "application/merge-patch+json",
     .headers = "If-Match!"},
    {HTTP_DELETE, REG "/{id}", 204, .query = "force", .headers = "If-Match"},
    {HTTP_POST, REG "/{id}/restore", 200, "@{register}"},
    {HTTP_POST, REG "/{id}/purge", 204, .request = "{reason:string}"},
    {HTTP_GET, REG "/{id}/history", 200, "@history", .query = "cursor,limit"},
    {HTTP_GET, REG "/{id}/links", 200, "{items:[@leaning], total:integer}"},
    {HTTP_GET, REG "/{id}/transitions", 200, "{items:[@step]}"},
    {HTTP_POST, REG "/{id}/transitions/{name}", 200, "@{register}", "@{register}_step", .headers = "If-Match!"},
    {HTTP_GET, REG "/{id}/decisions/{name}", 200,
     "{step:string, open:boolean, reason:string, sha256:string, content:object, since:@moment?, asked:@moment?, "
     "changes:[@difference], parts:[{id:integer, reference:string, title:string, changes:[@difference]}], "
     "withheld:boolean}"},
    {HTTP_GET, REG "/{id}/evidence", 200, "{items:[@evidence], next:string?}", .query = "cursor,limit"},
    {HTTP_POST, REG "/{id}/evidence", 201, "@evidence", .takes = "*/*", .query = "name!,title,source,grade,expires_on"},
    {HTTP_GET, REG "/export", 200, .types = FILES ",application/json", .query = "format!," LISTING},
    {HTTP_POST, REG "/import/columns", 200, "{names:[string], sample:[[string]]}", .takes = FILES},
    {HTTP_POST, REG "/import", 202, "{job:integer}", .takes = FILES, .query = "format,dry_run,mapping"},
    {HTTP_GET, "/api/v1/evidence/{id}/content", 200, .types = "*/*"},

    {HTTP_POST, "/api/v1/session", 200, "@session", "{email:string, password:string}"},
    {HTTP_GET, "/api/v1/session", 200, "@session"},
    {HTTP_PATCH, "/api/v1/session", 204, .request = "{language?:string, password?:string, new_password?:string}"},
    {HTTP_DELETE, "/api/v1/session", 204},
    {HTTP_GET, "/api/v1/clock", 200, "@clock"},
    {HTTP_POST, "/api/v1/clock/confirm", 200, "@clock", "{comment?:string, machine:time}"},
    {HTTP_POST, "/api/v1/start", 204,
     .request = "{token:string, name:string, email:string, password:string, organisation:string, language?:string}"},

    {HTTP_GET, "/api/v1/schema", 200, "{registers:[@described_register], roles:[string], languages:[string]}"},
    {HTTP_GET, "/api/v1/openapi.json", 200, "object"},
    {HTTP_GET, "/api/v1/labels", 200, "{items:[string]}"},
    {HTTP_GET, "/api/v1/labels/{language}", 200, "<string>"},
    {HTTP_GET, "/api/v1/search", 200, "{items:[@found]}", .query = "q!,limit"},
    {HTTP_GET, "/api/v1/home", 200,
     "{steps:[{name:string, done:boolean, register:string, count:integer, filter:string?}], "
     "figures:[{name:string, value:integer, register:string, filter:string?}], "
     "risks_by_level?:[{level:string, title:string, rank:integer, value:integer, filter:string?}], "
     "controls_by_implementation?:[{implementation:string, value:integer, filter:string?}]}"},
    {HTTP_GET, "/api/v1/work", 200,
     "{items:[{kind:string, register:string, id:integer, reference:string, title:string?, due:date?, late:boolean, "
     "transition:string?, topic?:string, about?:any}]}"},
    {HTTP_GET, "/api/v1/risk-matrix", 200, "{methodology:@methodology?, cells:[[[integer]]], risks:[@risk]}",
     .query = "assessment,rating,as_of"},
    {HTTP_GET, "/api/v1/soa/{id}/compare", 200,
     "{items:[{line:string, requirement:integer, title:string, kind:string, changes:[@difference]}]}",
     .query = "from!,to"},
    {HTTP_GET, "/api/v1/traceability", 200,
     "{items:[{kind:string, register:string, id:integer, reference:string, title:string?}]}"},
    {HTTP_GET, "/api/v1/reports", 200,
     "{items:[{name:string, title:string, room:string, "
     "parameters:[{name:string, register:string, required:boolean}]}]}"},
    {HTTP_GET, "/api/v1/reports/{name}", 200, .types = "application/pdf," XLSX,
     .query = "format,language,as_of,soa,version,assessment"},

    {HTTP_GET, "/api/v1/frameworks", 200, "{items:[{name:string, title:string, version:string, licence:string}]}"},
    {HTTP_POST, "/api/v1/frameworks", 201, "@framework_loaded", "object"},
    {HTTP_POST, "/api/v1/frameworks/{name}", 201, "@framework_loaded"},
    {HTTP_GET, "/api/v1/starters", 200,
     "{items:[{name:string, title:string, description:string, register:string, language:string, records:integer}]}"},
    {HTTP_POST, "/api/v1/starters/{name}", 201, "{register:string, created:integer, skipped:integer}"},

    {HTTP_GET, "/api/v1/jobs", 200, "{items:[@job]}"},
    {HTTP_GET, "/api/v1/jobs/{id}", 200, "@job"},
    {HTTP_DELETE, "/api/v1/jobs/{id}", 204},
    {HTTP_GET, "/api/v1/jobs/{id}/events", 200, .types = "text/event-stream"},

    {HTTP_GET, "/api/v1/users", 200, "{items:[@user], next:string?}", .query = "cursor,limit"},
    {HTTP_POST, "/api/v1/users", 201, "@user", "@user_create"},
    {HTTP_PATCH, "/api/v1/users/{id}", 200, "@user", "@user_change"},
    {HTTP_GET, "/api/v1/roles", 200, "{items:[{name:string, rooms:<[string]>}]}"},
    {HTTP_GET, "/api/v1/tokens", 200, "{items:[@token]}"},
    {HTTP_POST, "/api/v1/tokens", 201, "@token_made", "{name:string, scopes:[string], expires_at?:time}"},
    {HTTP_DELETE, "/api/v1/tokens/{id}", 204},
    {HTTP_GET, "/api/v1/custom-fields", 200, "{items:[@custom_field]}"},
    {HTTP_POST, "/api/v1/custom-fields", 201, "@custom_field",
     "{register:string, name:string, kind:string, label:string, choices?:[string], required?:boolean}"},
    {HTTP_PATCH, "/api/v1/custom-fields/{id}", 200, "@custom_field",
     "{label?:string, choices?:[string], required?:boolean}"},
    {HTTP_DELETE, "/api/v1/custom-fields/{id}", 204},

    {HTTP_GET, "/api/v1/ledger", 200,
     "{items:[{entry:integer, at:time, sealed:boolean, foreign:boolean, visible:boolean, "
     "actor?:{id:integer, name:string}, action?:string, register?:string, id?:integer, reference?:string?, "
     "title?:string?, version?:integer, comment?:string, purged?:boolean, missing?:boolean}], next:string?}",
     .query = "cursor,limit"},
    {HTTP_GET, "/api/v1/ledger/head", 200, "@head", .query = "size"},
    {HTTP_GET, "/api/v1/ledger/key", 200, .types = "application/x-pem-file"},
    {HTTP_GET, "/api/v1/ledger/proof/{entry}", 200,
     "{entry:integer, canonical:string, position:integer, leaf:string, path:[string], head:@head, salt?:string?, "
     "comment?:string?, state?:string?}",
     .query = "size,content"},
    {HTTP_GET, "/api/v1/ledger/consistency", 200, "{first:@head, second:@head, path:[string]}",
     .query = "first!,second"},
    {HTTP_GET, "/api/v1/ledger/checkpoint", 200, .types = "text/plain", .query = "size"},
    {HTTP_GET, "/api/v1/ledger/tlog-proof/{entry}", 200, .types = "text/plain", .query = "size"},
    {HTTP_GET, "/api/v1/ledger/policy", 200, .types = "text/plain"},
    {HTTP_GET, "/api/v1/ledger/timestamp/{size}", 200, .types = "application/timestamp-reply"},
    {HTTP_GET, "/api/v1/ledger/witnesses", 200,
     "{stopped:string?, stopped_since:time?, alarm:string?, waiting:integer, waiting_since:time?, "
     "quorum_missing_since:time?, "
     "items:[{name:string, witness:string?, sent:boolean, size:integer, asked_at:time?, good_at:time?, "
     "trouble:string?}]}"},
    {HTTP_POST, "/api/v1/ledger/resume", 204, .request = "{reason:string}"},
    {HTTP_POST, "/witness/add-checkpoint", 200, .types = "text/plain", .takes = "text/plain"},
    {HTTP_GET, "/witness/key", 200, .types = "text/plain"},

    {HTTP_GET, "/api/v1/security-events", 200, "{items:[@security_event], next:string?}",
     .query = EVENT_FILTERS ",cursor,limit"},
    {HTTP_GET, "/api/v1/security-events/alarms", 200, "{count:integer, since:time?, newest:string?}"},
    {HTTP_GET, "/api/v1/security-events/export", 200, .types = "text/csv,application/json",
     .query = "format!," EVENT_FILTERS},

    {HTTP_GET, "/healthz", 200, .types = "text/plain"},
    {HTTP_GET, "/readyz", 200, .types = "text/plain"},
    {HTTP_GET, "/metrics", 200, .types = "text/plain"},
};
/* clang-format on */

const struct route_answer *answer_of(const struct route *route)
{
    for (size_t i = 0; i < COUNT(answers); i++)
        if (answers[i].method == route->method && str_is(str_of(answers[i].pattern), route->pattern))
            return &answers[i];
    return NULL;
}
