/* Shared by the tests of the ledger: tables, writes, appending. */
#include "ledger/fixture.h"

#include "store/blob.h"

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(tables_apply(ctx, store_tables, store_table_count));
    return tables_apply(ctx, ledger_tables, ledger_table_count);
}

void ledger_fixture(struct fixture *f)
{
    write_ok(f, make_tables, NULL);
}

void write_ok(struct fixture *f, enum result (*fn)(struct ctx *ctx, void *arg), void *arg)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, fn, arg));
}

static enum result run_script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

void run_sql(struct fixture *f, const char *sql)
{
    write_ok(f, run_script, (void *)(uintptr_t)sql);
}

void drop_guards(struct fixture *f)
{
    for (size_t i = 0; i < ledger_table_count; i++) {
        const char *name = ledger_tables[i]->name;
        if (!ledger_tables[i]->append_only) continue;
        struct str sql = f->url[0] ? arena_print(f->ctx.arena, "ALTER TABLE %s DISABLE TRIGGER ALL", name)
                                   : arena_print(f->ctx.arena,
                                                 "DROP TRIGGER IF EXISTS \"%s_no_UPDATE\"; "
                                                 "DROP TRIGGER IF EXISTS \"%s_no_DELETE\"",
                                                 name, name);
        run_sql(f, sql.at);
    }
}

struct appended {
    struct ledger_event event;
    int64_t id;
};

static enum result append_one(struct ctx *ctx, void *arg)
{
    struct appended *appended = arg;
    const struct value args[] = {value_text(appended->event.subject), value_number(appended->event.record)};
    int64_t before;
    TRY(db_query_number(ctx, S("SELECT max(version) FROM ledger_entry WHERE subject = ?1 AND record = ?2"), args,
                        COUNT(args), 0, &before));
    appended->event.version = before + 1;
    return ledger_append(ctx, &appended->event, &appended->id);
}

int64_t append(struct fixture *f, int64_t at, const char *action, const char *subject, int64_t record,
               const char *state, const char *comment)
{
    struct appended appended = {.event = {.action = str_of(action),
                                          .subject = str_of(subject),
                                          .record = record,
                                          .actor = 7,
                                          .comment = str_of(comment),
                                          .state = str_of(state)}};
    f->ctx.now = at;
    write_ok(f, append_one, &appended);
    return appended.id;
}
