/* Nothing here knows a register: the files say what is made, by whom, and what becomes of it. So a register that comes
 * later is shown by adding to the files alone. */
#include "app/demo.h"

#include "app/client.h"
#include "app/demo_fill.h"
#include "base/asset.h"
#include "records/house.h"

enum { ACTORS = 16 };

struct actor_here {
    struct str key, email;
    struct client *client; /* opened when first needed */
};

struct load {
    struct demo *demo;
    struct ctx *keep;   /* what lasts: references, clients */
    struct ctx scratch; /* of one record */
    struct map *references;
    struct actor_here actors[ACTORS];
    size_t actor_count;
    struct str what;
    int64_t done, of;
};

/* ---- who acts ---- */

static enum result add_actor(struct load *load, struct str key, struct demo_login login)
{
    struct demo *demo = load->demo;
    if (load->actor_count == ACTORS || demo->login_count == COUNT(demo->logins))
        return fail(load->keep, INVALID, "The demonstration has at most %d people who sign in.", ACTORS);
    demo->logins[demo->login_count++] = login;
    load->actors[load->actor_count++] = (struct actor_here){.key = key, .email = login.email};
    return OK;
}

static enum result client_of(struct load *load, struct str key, struct client **client)
{
    for (size_t i = 0; i < load->actor_count; i++) {
        struct actor_here *actor = &load->actors[i];
        if (!str_eq(actor->key, key)) continue;
        if (!actor->client) {
            TRY(client_open(load->keep, load->demo->url, &actor->client));
            TRY(client_sign_in(load->keep, actor->client, actor->email, load->demo->password));
        }
        *client = actor->client;
        return OK;
    }
    return fail(load->keep, INVALID, "Nobody of the demonstration is called \"%.*s\".", PRINT(key));
}

/* ---- requests ---- */

struct asking {
    struct str as;
    const char *method;
    struct str path, body, type;
};

/* The answer's tree lives in the scratch arena; empty answers give NULL. */
static enum result send(struct load *load, const struct asking *asking, struct json **out)
{
    struct client *client = NULL;
    struct answer answer;
    struct call call = {.method = asking->method,
                        .path = arena_print(load->scratch.arena, "/api/v1%.*s", PRINT(asking->path)),
                        .body = asking->body,
                        .type = asking->type};
    bool creates = strcmp(asking->method, "POST") == 0 && !str_find(asking->path, S("/transitions/"), &(size_t){0});
    if (!creates) call.if_match = S("*");
    TRY(client_of(load, asking->as, &client));
    TRY(client_call(&load->scratch, client, &call, &answer));
    load->demo->requests++;
    *out = NULL;
    return answer.body.len ? json_parse(&load->scratch, answer.body, out) : OK;
}

/* "/REGISTER/REFERENCE/transitions/STEP" of a step that is a decision. */
static bool is_decision(const struct load *load, const struct asking *asking)
{
    struct str rest = asking->path, part[5] = {{0}};
    for (size_t i = 0; i < COUNT(part) && rest.len; i++) str_cut(&rest, '/', &part[i]);
    const struct reg *reg = house_register(load->keep->house, part[1]);
    const struct transition *step = reg && str_is(part[3], "transitions") ? reg_transition(reg, part[4]) : NULL;
    return step && transition_is_decision(step);
}

/* A decision is taken on its content, which whoever takes it reads first. */
static enum result ask(struct load *load, const struct asking *asking, struct json **out)
{
    struct json *shown;
    struct str before, step;
    size_t at;
    if (!is_decision(load, asking)) return send(load, asking, out);
    str_find(asking->path, S("/transitions/"), &at);
    before = str_slice(asking->path, 0, at);
    step = str_slice(asking->path, at + strlen("/transitions/"), asking->path.len);
    struct asking look = *asking, decides = *asking;
    look.method = "GET", look.body = S("");
    look.path = arena_print(load->scratch.arena, "%.*s/decisions/%.*s", PRINT(before), PRINT(step));
    TRY(send(load, &look, &shown));
    struct str body = str_slice(asking->body, 1, asking->body.len);
    decides.body = arena_print(load->scratch.arena, "{\"content_sha256\":\"%.*s\"%s%.*s",
                               PRINT(json_str(shown, "sha256", S(""))), str_is(body, "}") ? "" : ",", PRINT(body));
    return send(load, &decides, out);
}

static enum result filled(struct load *load, const struct json *value, struct str *text)
{
    struct buf out = buf_in(load->scratch.arena);
    if (!value) buf_text(&out, "{}");
    if (value) TRY(demo_fill(&load->scratch, load->references, value, &out));
    *text = buf_str(&out);
    return OK;
}

static void remember(struct load *load, struct str key, const struct json *record)
{
    struct str *reference = arena_make(load->keep->arena, struct str);
    *reference = arena_copy(load->keep->arena, json_str(record, "reference", S("")));
    if (key.len) map_set(load->references, key, reference);
}

static const struct json *list_of(const struct json *object, const char *name)
{
    const struct json *list = json_get(object, name);
    return list && list->kind == JSON_ARRAY ? list->first : NULL;
}

/* ---- one record and what becomes of it ---- */

struct subject {
    struct str reg, reference, as;
};

static enum result take_step(struct load *load, const struct subject *subject, const struct json *step)
{
    struct json *answer;
    struct str move = json_str(step, "move", S(""));
    struct asking asking = {.as = json_str(step, "as", subject->as), .method = move.len ? "POST" : "PATCH"};
    asking.path = arena_print(load->scratch.arena, "/%.*s/%.*s%s%.*s", PRINT(subject->reg), PRINT(subject->reference),
                              move.len ? "/transitions/" : "", PRINT(move));
    TRY(filled(load, json_get(step, move.len ? "with" : "set"), &asking.body));
    return ask(load, &asking, &answer);
}

static void add_escaped(struct buf *out, struct str text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte && strchr(plain, byte))
            buf_char(out, (char)byte);
        else
            buf_print(out, "%%%02X", byte);
    }
}

/* The fields of evidence go into the query, the text is the file. */
static enum result attach(struct load *load, const struct subject *subject, const struct json *file)
{
    static const char *const not_fields[] = {"text", "type", "as"};
    struct buf path = buf_in(load->scratch.arena);
    struct json *fields, *answer;
    struct str text;
    TRY(filled(load, file, &text));
    TRY(json_parse(&load->scratch, text, &fields));
    buf_print(&path, "/%.*s/%.*s/evidence?", PRINT(subject->reg), PRINT(subject->reference));
    for (const struct json *field = fields->first; field; field = field->next) {
        bool skip = field->kind != JSON_STRING;
        for (size_t i = 0; i < COUNT(not_fields); i++) skip |= str_is(field->key, not_fields[i]);
        if (skip) continue;
        buf_print(&path, "&%.*s=", PRINT(field->key));
        add_escaped(&path, field->text);
    }
    struct asking asking = {.as = json_str(file, "as", subject->as),
                            .method = "POST",
                            .path = buf_str(&path),
                            .body = json_str(fields, "text", S("")),
                            .type = json_str(fields, "type", S("text/plain; charset=utf-8"))};
    TRY(ask(load, &asking, &answer));
    remember(load, json_str(file, "@", S("")), answer);
    return OK;
}

static enum result comment(struct load *load, const struct subject *subject, const struct json *said)
{
    struct buf body = buf_in(load->scratch.arena);
    struct json *answer;
    buf_text(&body, "{\"subject\":");
    json_string(&body, subject->reference);
    buf_text(&body, ",\"text\":");
    json_string(&body, json_str(said, "text", S("")));
    buf_char(&body, '}');
    struct asking asking = {
        .as = json_str(said, "as", subject->as), .method = "POST", .path = S("/comment"), .body = buf_str(&body)};
    return ask(load, &asking, &answer);
}

static enum result what_follows(struct load *load, const struct subject *subject, const struct json *record)
{
    static const struct {
        const char *name;
        enum result (*run)(struct load *load, const struct subject *subject, const struct json *one);
    } parts[] = {{"@files", attach}, {"@then", take_step}, {"@comments", comment}};
    for (size_t i = 0; i < COUNT(parts); i++)
        for (const struct json *one = list_of(record, parts[i].name); one; one = one->next)
            TRY(parts[i].run(load, subject, one));
    return OK;
}

static enum result make(struct load *load, struct str reg, struct str as, const struct json *record)
{
    struct json *made;
    struct asking asking = {.as = json_str(record, "@as", as),
                            .method = "POST",
                            .path = arena_print(load->scratch.arena, "/%.*s", PRINT(reg))};
    TRY(filled(load, record, &asking.body));
    TRY(ask(load, &asking, &made));
    remember(load, json_str(record, "@", S("")), made);
    struct subject subject = {.reg = reg, .reference = json_str(made, "reference", S("")), .as = asking.as};
    return what_follows(load, &subject, record);
}

/* ---- sections ---- */

/* What was made for one record is given back before the next; its sentence is kept. */
static enum result next_one(struct load *load, enum result result)
{
    struct error *error = &load->scratch.error;
    if (result != OK) {
        for (const struct field_error *one = error->fields; one; one = one->next)
            fail_field(load->keep, arena_cstr(load->keep->arena, str_slice(one->pointer, 1, SIZE_MAX)), "refused",
                       "%.*s", PRINT(one->detail));
        if (error->sentence.len)
            return fail(load->keep, result, "%.*s (%.*s)", PRINT(error->sentence), PRINT(load->what));
        return result;
    }
    arena_reset(load->scratch.arena);
    load->done++;
    if (load->demo->progress) load->demo->progress(load->demo->progress_arg, load->what, load->done, load->of);
    return OK;
}

static enum result do_create(struct load *load, const struct json *section)
{
    struct str reg = json_str(section, "create", S("")), as = json_str(section, "as", S(""));
    for (const struct json *record = list_of(section, "records"); record; record = record->next)
        TRY(next_one(load, make(load, reg, as, record)));
    return OK;
}

static struct str first_word(struct str text)
{
    struct str word = S("");
    str_cut(&text, ' ', &word);
    return word;
}

static enum result change_found(struct load *load, const struct subject *list, const struct json *record,
                                const struct map *found)
{
    struct json *answer;
    const struct str *reference = map_get(found, record->key);
    if (!reference)
        return fail(&load->scratch, NOT_FOUND, "No record's title begins with \"%.*s\".", PRINT(record->key));
    struct asking asking = {.as = list->as,
                            .method = "PATCH",
                            .path =
                                arena_print(load->scratch.arena, "/%.*s/%.*s", PRINT(list->reg), PRINT(*reference))};
    TRY(filled(load, record, &asking.body));
    return ask(load, &asking, &answer);
}

/* References by the first word of the title, for as long as the section lasts. */
static enum result find_all(struct load *load, const struct subject *list, struct str where, struct map *found)
{
    struct asking asking = {.as = list->as, .method = "GET"};
    struct arena *keep = load->keep->arena;
    struct json *answer;
    TRY(demo_fill_path(&load->scratch, load->references, where, &asking.path));
    asking.path = arena_print(load->scratch.arena, "/%.*s?limit=500&%.*s", PRINT(list->reg), PRINT(asking.path));
    TRY(ask(load, &asking, &answer));
    for (const struct json *one = list_of(answer, "items"); one; one = one->next) {
        struct str *reference = arena_make(keep, struct str);
        *reference = arena_copy(keep, json_str(one, "reference", S("")));
        map_set(found, arena_copy(keep, first_word(json_str(one, "title", S("")))), reference);
    }
    return OK;
}

static enum result move_all(struct load *load, const struct json *section)
{
    struct arena *scratch = load->scratch.arena;
    struct subject subject = {.reg = json_str(section, "move", S("")), .as = json_str(section, "as", S(""))};
    struct asking asking = {.as = subject.as, .method = "GET"};
    struct json *answer, *step;
    struct str by = json_str(section, "by", S(""));
    TRY(json_parse(&load->scratch, arena_print(scratch, "{\"move\":\"%.*s\"}", PRINT(by)), &step));
    TRY(demo_fill_path(&load->scratch, load->references, json_str(section, "where", S("")), &asking.path));
    asking.path = arena_print(scratch, "/%.*s?limit=500&%.*s", PRINT(subject.reg), PRINT(asking.path));
    TRY(ask(load, &asking, &answer));
    for (const struct json *one = list_of(answer, "items"); one; one = one->next) {
        subject.reference = json_str(one, "reference", S(""));
        TRY(take_step(load, &subject, step));
    }
    return OK;
}

static enum result do_move(struct load *load, const struct json *section)
{
    return next_one(load, move_all(load, section));
}

static enum result do_change(struct load *load, const struct json *section)
{
    struct subject list = {.reg = json_str(section, "change", S("")), .as = json_str(section, "as", S(""))};
    struct map *found = map_new(load->keep->arena, 128);
    const struct json *records = json_get(section, "records");
    TRY(next_one(load, find_all(load, &list, json_str(section, "where", S("")), found)));
    for (const struct json *record = records ? records->first : NULL; record; record = record->next)
        TRY(next_one(load, change_found(load, &list, record, found)));
    return OK;
}

static enum result request(struct load *load, struct str as, const struct json *wanted)
{
    struct json *answer;
    struct str method = json_str(wanted, "method", S("POST"));
    struct asking asking = {.as = json_str(wanted, "as", as), .method = arena_cstr(load->scratch.arena, method)};
    TRY(demo_fill_path(&load->scratch, load->references, json_str(wanted, "path", S("")), &asking.path));
    TRY(filled(load, json_get(wanted, "with"), &asking.body));
    return ask(load, &asking, &answer);
}

static enum result do_requests(struct load *load, const struct json *section)
{
    for (const struct json *one = list_of(section, "requests"); one; one = one->next)
        TRY(next_one(load, request(load, json_str(section, "as", S("")), one)));
    return OK;
}

static enum result do_start(struct load *load, const struct json *section)
{
    const struct json *start = json_get(section, "start");
    struct demo_login login = {json_str(start, "email", S("")), json_str(start, "name", S("")),
                               json_str(start, "does", S(""))};
    const struct {
        const char *name;
        struct str value;
    } said[] = {{"token", load->demo->start},
                {"organisation", json_str(start, "organisation", S(""))},
                {"name", login.name},
                {"email", login.email},
                {"password", load->demo->password}};
    struct buf body = buf_in(load->scratch.arena);
    struct json_out out = json_out_to(&body);
    struct client *client;
    struct answer answer;
    json_open_object(&out);
    for (size_t i = 0; i < COUNT(said); i++) json_key(&out, said[i].name), json_put_str(&out, said[i].value);
    json_close_object(&out);
    struct call call = {.method = "POST", .path = S("/api/v1/start"), .body = buf_str(&body)};
    TRY(client_open(&load->scratch, load->demo->url, &client));
    TRY(next_one(load, client_call(&load->scratch, client, &call, &answer)));
    return add_actor(load, json_str(start, "key", S("")), login);
}

/* The body as it stands, with the password that all share. */
static enum result add_user(struct load *load, struct str as, const struct json *one)
{
    struct buf body = buf_in(load->scratch.arena);
    struct str text;
    struct json *made;
    TRY(filled(load, one, &text));
    buf_text(&body, "{\"password\":");
    json_string(&body, load->demo->password);
    buf_char(&body, ',');
    buf_add(&body, str_slice(text, 1, text.len));
    struct asking asking = {.as = as, .method = "POST", .path = S("/users"), .body = buf_str(&body)};
    TRY(ask(load, &asking, &made));
    struct demo_login login = {json_str(one, "email", S("")), json_str(one, "name", S("")),
                               json_str(one, "@does", S(""))};
    return add_actor(load, json_str(one, "@", S("")), login);
}

static enum result do_users(struct load *load, const struct json *section)
{
    for (const struct json *one = list_of(section, "users"); one; one = one->next)
        TRY(next_one(load, add_user(load, json_str(section, "as", S("")), one)));
    return OK;
}

static const struct {
    const char *member;
    enum result (*run)(struct load *load, const struct json *section);
} kinds[] = {{"start", do_start}, {"create", do_create},     {"change", do_change},
             {"move", do_move},   {"requests", do_requests}, {"users", do_users}};

static int64_t size_of(const struct json *section)
{
    static const char *const lists[] = {"records", "requests", "users"};
    int64_t size = json_get(section, "start") || json_get(section, "change") || json_get(section, "move") ? 1 : 0;
    for (size_t i = 0; i < COUNT(lists); i++) {
        const struct json *list = json_get(section, lists[i]);
        size += list ? (int64_t)list->count : 0;
    }
    return size;
}

static enum result do_section(struct load *load, const struct json *section)
{
    load->what = json_str(section, "what", S("First start"));
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (json_get(section, kinds[i].member)) return kinds[i].run(load, section);
    return fail(load->keep, INVALID, "The section \"%.*s\" says nothing to do.", PRINT(load->what));
}

enum result demo_load(struct demo *demo, const struct asset *files, size_t count)
{
    struct ctx *ctx = &demo->program->ctx;
    struct load load = {.demo = demo, .keep = ctx, .scratch = *ctx, .references = map_new(ctx->arena, 512)};
    struct json **sections = arena_make_many(ctx->arena, struct json *, count + 1);
    load.scratch.arena = arena_scratch(ctx->arena);
    for (size_t i = 0; i < count; i++) {
        TRY(json_parse(ctx, files[i].bytes, &sections[i]));
        for (const struct json *one = sections[i]->first; one; one = one->next) load.of += size_of(one);
    }
    for (size_t i = 0; i < count; i++)
        for (const struct json *one = sections[i]->first; one; one = one->next) TRY(do_section(&load, one));
    return OK;
}
