/* Opening and closing. The order is: directory, keys, store, tables, registers; closing goes back the same way. Only a
 * PostgreSQL is opened before the keys, because it alone knows whether it is new: to one that is not, a key is never
 * made. Of several programs that start on one database, one after the other looks what there is to make. */
#include "app/program.h"

#include "access/actor.h"
#include "app/directory.h"
#include "app/migrations.h"
#include "app/registers_check.h"
#include "app/timekeeping.h"
#include "base/log.h"
#include "jobs/tables.h"
#include "ledger/ledger.h"
#include "records/rebuild.h"
#include "records/tables.h"
#include "schema/tables.h"
#include "store/blob.h"
#include "store/identity.h"
#include "store/migrate.h"
#include "store/search.h"

const struct table *const *program_tables(struct program *program, size_t *count)
{
    const struct {
        const struct table *const *tables;
        size_t count;
    } rooms[] = {{store_tables, store_table_count},   {event_tables, event_table_count},
                 {ledger_tables, ledger_table_count}, {access_tables, access_table_count},
                 {record_tables, record_table_count}, {job_tables, job_table_count}};
    size_t all = program->house.register_count;
    for (size_t i = 0; i < COUNT(rooms); i++) all += rooms[i].count;
    const struct table **tables = arena_make_many(program->arena, const struct table *, all);
    *count = 0;
    for (size_t i = 0; i < program->house.register_count; i++)
        tables[(*count)++] = reg_table(&program->ctx, program->house.registers[i]);
    for (size_t i = 0; i < COUNT(rooms); i++)
        for (size_t k = 0; k < rooms[i].count; k++) tables[(*count)++] = rooms[i].tables[k];
    return tables;
}

static enum result open_keys(struct program *program, bool make)
{
    struct str directory = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    return keyring_open(&program->ctx, directory, key, make, &program->keyring);
}

static void use_keys(struct program *program)
{
    program->house.keyring = program->keyring;
    store_use_keyring(program->store, program->keyring);
}

struct bringing {
    struct program *program;
    bool may_be_new;
    struct str alarm; /* of triggers that were missing; empty: none */
};

static enum result no_tables(struct ctx *ctx)
{
    return fail(
        ctx, INVALID,
        "There is no Merlon database here yet: give the right --database, or make one: merlon init with the same "
        "--data and --database.");
}

/* Only a PostgreSQL knows whether it is new, and of several programs that find it so only the first may make a key. A
 * start that is run again has it already. */
static enum result find_keys(struct ctx *ctx, const struct bringing *bringing)
{
    bool is_new;
    if (bringing->program->keyring) return OK;
    TRY(migrate_is_new(ctx, &is_new));
    if (is_new && !bringing->may_be_new) return no_tables(ctx);
    TRY(open_keys(bringing->program, is_new));
    use_keys(bringing->program);
    return OK;
}

static enum result check_key(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str fingerprint = keyring_fingerprint(ctx, program->keyring), known;
    TRY(meta_get(ctx, "master_key", &known));
    if (!known.len || str_eq(known, fingerprint)) return OK;
    return fail(ctx, INVALID,
                "This master key is not the one that the data was sealed with; give the right one with --master-key.");
}

static const struct migrations *migrations_of(const struct program *program)
{
    return program->migrations ? program->migrations : &program_migrations;
}

/* A role that may only read would find out at each thing it does; with all tables there it changes none at start. */
enum result program_demand_writable(struct ctx *ctx, struct program *program)
{
    size_t count;
    const struct table *const *tables = program_tables(program, &count);
    if (db_dialect(ctx->db) != DIALECT_POSTGRES) return OK;
    for (size_t i = 0; i < count; i++) {
        const struct value args[] = {value_text(str_of(tables[i]->name))};
        int64_t denied;
        TRY(db_query_number(ctx,
                            S("SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND "
                              "relname = ?1 AND relkind IN ('r', 'p') AND NOT has_table_privilege(oid, 'INSERT')"),
                            args, COUNT(args), 0, &denied));
        if (denied)
            return fail(ctx, INVALID,
                        "The role of --database may not write (the table %s, for one): give it the right to, or name "
                        "the role that the tables belong to.",
                        tables[i]->name);
    }
    return OK;
}

static enum result bring_up(struct ctx *ctx, void *arg)
{
    struct bringing *bringing = arg;
    struct program *program = bringing->program;
    size_t count;
    int64_t from;
    bool is_new, has_identity = false;
    const struct table *const *tables = program_tables(program, &count);
    TRY(migrate_alone(ctx));
    TRY(find_keys(ctx, bringing));
    TRY(program_demand_writable(ctx, program));
    TRY(migrate_is_new(ctx, &is_new));
    if (is_new) identity_forget(program->keyring);
    if (!is_new) TRY(check_key(program));
    if (!is_new) TRY(identity_read(ctx, program->keyring, &has_identity));
    TRY(migrate_apply(ctx, migrations_of(program), MERLON_VERSION, &from));
    TRY(tables_tell_missing_triggers(ctx, tables, count, &bringing->alarm));
    TRY(tables_apply(ctx, tables, count));
    TRY(search_apply(ctx));
    struct str known;
    int64_t checked = 0;
    TRY(check_key(program));
    TRY(meta_get(ctx, "master_key", &known));
    if (known.len) TRY(meta_demand(ctx, "identity"));
    if (!known.len) TRY(meta_set(ctx, "master_key", keyring_fingerprint(ctx, program->keyring)));
    if (!has_identity) TRY(identity_begin(ctx, program->keyring));
    TRY(meta_verify(ctx, &checked));
    TRY(timekeeping_begin(ctx));
    TRY(ledger_keys_open(ctx, program->keyring, true, &program->keys));
    return migrate_contents(ctx, migrations_of(program), from);
}

static enum result open_store(struct program *program, bool read_only)
{
    struct ctx *ctx = &program->ctx;
    struct store_config config = {.directory = program->settings.value[SET_DATA],
                                  .database = program->settings.value[SET_DATABASE],
                                  .read_only = read_only,
                                  .restoring = program->restores};
    if (!read_only) TRY(directory_hold(program));
    TRY(store_open(ctx, &config, &program->store));
    program->house.store = program->store;
    return store_reader(ctx, program->store, &ctx->db);
}

enum result program_open_store(struct program *program)
{
    return open_store(program, false);
}

/* Who only reads the database writes no events into it; to syslog and file they go all the same. */
static enum result open_events(struct program *program, enum opening opening)
{
    const struct settings *settings = &program->settings;
    struct events_config config = {.time = program->time,
                                   .kept_days = setting_number(settings, SET_EVENTS_KEEP),
                                   .syslog = settings->value[SET_EVENTS_SYSLOG],
                                   .file = settings->value[SET_EVENTS_FILE]};
    if (opening == OPEN_READ_ONLY && !config.syslog.len && !config.file.len) return OK;
    if (opening != OPEN_READ_ONLY) config.store = program->store, config.keyring = program->keyring;
    TRY(events_open(&program->ctx, &config, &program->events));
    program->ctx.events = program->events;
    bool serves = program->command && strcmp(program->command, "serve") == 0;
    if (opening != OPEN_READ_ONLY && program->command)
        event_post(&program->ctx, &(struct event){.kind = serves ? EVENT_KEY_OPENED : EVENT_KEY_USED,
                                                  .detail = str_of(program->command)});
    return OK;
}

enum result program_open_keys(struct program *program)
{
    bool any;
    TRY(open_keys(program, false));
    use_keys(program);
    TRY(check_key(program));
    return identity_read(&program->ctx, program->keyring, &any);
}

enum result program_write_public_keys(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(ledger_chain_read(ctx, chain));
    struct ledger_public *keys = arena_make_many(ctx->arena, struct ledger_public, chain->count);
    for (size_t i = 0; i < chain->count; i++) keys[i] = chain->at[i].key;
    return ledger_public_write(ctx, keys, chain->count, program->settings.value[SET_DATA]);
}

/* In batches, so it may be cut off: then the next start does it. */
static enum result bring_up_derived(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    const struct rebuild rebuild = {.store = program->store};
    struct rebuild_report report;
    bool due;
    TRY(migrate_rebuild_is_due(ctx, &due));
    if (!due) return OK;
    log_line(LOG_INFO, "after an upgrade or a restore: what follows from records is made anew", NULL);
    TRY(records_rebuild(ctx, &rebuild, &report));
    log_line(LOG_INFO, "it is made anew", "records", report.records, "changed", report.changed, NULL);
    if (report.another) log_line(LOG_WARNING, "another program is making it anew as well, and is not done", NULL);
    return OK;
}

static enum result open_for_writing(struct program *program, bool makes)
{
    struct ctx *ctx = &program->ctx;
    struct bringing bringing = {.program = program, .may_be_new = makes};
    if (!program->settings.value[SET_DATABASE].len) TRY(open_keys(program, makes));
    TRY(open_store(program, false));
    if (program->keyring) use_keys(program);
    TRY(store_write(ctx, program->store, bring_up, &bringing));
    program->house.keys = program->keys;
    TRY(program_write_public_keys(program));
    TRY(ledger_signer_open(ctx, program->store, program->keys, program->settings.value[SET_DATA], &program->signer));
    TRY(access_new(ctx, program->store, &program->access));
    ctx->access = program->access;
    TRY(bring_up_derived(program));
    TRY(open_events(program, OPEN_DATABASE));
    if (bringing.alarm.len)
        event_post(ctx, &(struct event){.kind = EVENT_ALARM, .subject = S("database"), .detail = bringing.alarm});
    return OK;
}

static enum result open_time(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str how = program->settings.value[SET_CLOCK];
    bool trusts = str_is(how, "trusted");
    if (how.len && !trusts && !str_is(how, "watched"))
        return fail(ctx, INVALID, "--clock is watched or trusted, not \"%.*s\".", PRINT(how));
    timekeeper_free(program->time); /* a command may open further than it began */
    program->time = timekeeper_new(program->clock ? program->clock : &time_source_system, trusts);
    if (!program->time) return fail(ctx, BROKEN, "There is no memory to start.");
    ctx->time = program->time;
    ctx->now = timekeeper_now(program->time);
    return OK;
}

/* A database is made only where somebody asks for one and nothing of an earlier one lies. */
static enum result open_new(struct program *program)
{
    bool postgres = program->settings.value[SET_DATABASE].len > 0;
    TRY(directory_make(program));
    TRY(directory_hold(program));
    if (postgres || directory_has_database(program)) return open_for_writing(program, postgres);
    TRY(directory_demand_unused(program, true));
    enum result result = open_for_writing(program, true);
    if (result != OK) directory_clear(program);
    return result;
}

/* With the master key where it is at hand and opens, so that what was planted moves no time; else what the data say is
 * taken as they say it, since a reader that knows nothing would believe any clock. The key is only borrowed: which of
 * what is read is held against it, and what is said where it is the wrong one, each command decides itself. */
static enum result begin_time_of_reader(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str directory = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    struct keyring *keyring;
    bool any;
    enum result result = keyring_open(ctx, directory, key, false, &keyring);
    if (result == OK) {
        store_use_keyring(program->store, keyring);
        result = identity_read(ctx, keyring, &any);
        if (result == OK) result = timekeeping_begin(ctx);
        store_use_keyring(program->store, program->keyring);
        keyring_close(keyring);
    }
    if (result == OK || result_passes(result)) return result;
    ctx_clear_error(ctx);
    return timekeeping_begin(ctx);
}

static enum result open_database(struct program *program, enum opening opening)
{
    if (!program->restores) TRY(directory_demand_restored(program));
    if (opening == OPEN_NEW) return open_new(program);
    if (program->settings.value[SET_DATABASE].len) TRY(directory_make(program)); /* one more node */
    if (!program->restores) TRY(directory_demand_database(program));
    if (opening == OPEN_DATABASE) return open_for_writing(program, false);
    TRY(open_store(program, true));
    bool is_new;
    TRY(migrate_is_new(&program->ctx, &is_new));
    if (is_new && program->settings.value[SET_DATABASE].len) return no_tables(&program->ctx);
    TRY(migrate_check(&program->ctx, migrations_of(program), MERLON_VERSION));
    TRY(begin_time_of_reader(program));
    return open_events(program, OPEN_READ_ONLY);
}

enum result program_open(struct program *program, enum opening opening)
{
    if (program->remote) return OK;
    TRY(open_time(program));
    TRY(registers_check(&program->ctx, register_list, register_list_count, follow_list));
    house_init(&program->house, &program->ctx, register_list, register_list_count, follow_list);
    program->ctx.house = &program->house;
    program->ctx.actor = &actor_system;
    program->ctx.language = S("en");
    return opening == OPEN_HOUSE ? OK : open_database(program, opening);
}

void program_close(struct program *program)
{
    events_close(program->events);
    access_free(program->access);
    store_close(program->store);
    ledger_signer_close(program->signer);
    ledger_keys_close(program->keys);
    keyring_close(program->keyring);
    program->events = program->ctx.events = NULL;
    timekeeper_free(program->time);
    program->time = program->ctx.time = NULL;
    directory_unlock(&program->lock);
    program->access = NULL, program->keys = NULL, program->signer = NULL, program->store = NULL,
    program->keyring = NULL;
}

static void take_out(struct program *program, size_t index, size_t count)
{
    memmove(&program->rest[index], &program->rest[index + count],
            (program->rest_count - index - count) * sizeof *program->rest);
    program->rest_count -= count;
}

bool program_option(struct program *program, const char *name, struct str *value)
{
    for (size_t i = 0; i < program->rest_count; i++) {
        struct str rest = program->rest[i], word;
        if (!str_starts(rest, S("--")) || !str_cut(&rest, '=', &word) || !str_is(str_slice(word, 2, word.len), name))
            continue;
        if (rest.at) {
            *value = rest;
            take_out(program, i, 1);
            return true;
        }
        if (i + 1 == program->rest_count) {
            program->lacks = name;
            return false;
        }
        *value = program->rest[i + 1];
        take_out(program, i, 2);
        return true;
    }
    return false;
}

bool program_is_flag(struct str name)
{
    static const char *const flags[] = {"help", "print-config", "new", "json", "dry-run", "check", "labels", "ask"};
    for (size_t i = 0; i < COUNT(flags); i++)
        if (str_is(name, flags[i])) return true;
    return false;
}

bool program_flag(struct program *program, const char *name)
{
    if (!program_is_flag(str_of(name))) return false;
    for (size_t i = 0; i < program->rest_count; i++) {
        struct str rest = program->rest[i];
        if (!str_starts(rest, S("--")) || !str_is(str_slice(rest, 2, rest.len), name)) continue;
        take_out(program, i, 1);
        return true;
    }
    return false;
}

bool program_has_option(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->rest_count; i++) {
        struct str rest = program->rest[i], word;
        if (str_starts(rest, S("--")) && str_cut(&rest, '=', &word) && str_is(str_slice(word, 2, word.len), name))
            return true;
    }
    return false;
}

void program_skip(struct program *program, size_t words)
{
    take_out(program, 0, words);
}

struct str program_take(struct program *program, size_t index)
{
    struct str word = program->rest[index];
    take_out(program, index, 1);
    return word;
}

enum result program_no_more(struct program *program, size_t most)
{
    if (program->lacks) return fail(&program->ctx, INVALID, "--%s needs a value.", program->lacks);
    for (size_t i = 0; i < program->rest_count; i++)
        if (str_starts(program->rest[i], S("--")))
            return fail(&program->ctx, INVALID, "There is no option %.*s here; --help lists what there is.",
                        PRINT(program->rest[i]));
    if (program->rest_count <= most) return OK;
    return fail(&program->ctx, INVALID, "\"%.*s\" is one word too many; --help shows how the command is used.",
                PRINT(program->rest[most]));
}
