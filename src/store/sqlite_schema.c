/* A database in memory is made by the program's DDL, and asked for its schema as the real one is. SQLite keeps the text
 * of each CREATE; a column that an upgrade added stands at its end, so the parts of a table are compared as a set. */
#include "store/schema_parts.h"
#include "store/sqlite.h"

#include <sqlite3.h>

/* Also what the planner notes for itself (ANALYZE): this program never makes it, and what somebody else makes it say
 * changes no answer, but how long each takes (sqlite_open.c). */
#define LIST "SELECT type, tbl_name, name, coalesce(sql, '') FROM sqlite_schema"

/* ---- normal form ---- */

/* What ends the quoted text that begins with c; 0 when it begins none. */
static char quote_end(char c)
{
    if (c == '[') return ']';
    return c == '\'' || c == '"' || c == '`' ? c : 0;
}

/* White space stands only between words. What is quoted stays as it is, with its quotes: without them, text would pass
 * for a call. */
static struct str plain(struct arena *arena, struct str sql)
{
    struct buf out = buf_in(arena);
    char until = 0;
    bool space = false;
    for (size_t i = 0; i < sql.len; i++) {
        char c = sql.at[i];
        bool inside = until, mark = c && strchr("(),", c);
        if (!inside && c && strchr(" \n\t\r\f", c)) {
            space = true;
            continue;
        }
        until = !inside ? quote_end(c) : c == until ? 0 : until;
        bool after_mark = out.len && strchr("(),", out.at[out.len - 1]);
        if (space && !mark && out.len && !after_mark) buf_char(&out, ' ');
        space = false;
        buf_char(&out, c);
    }
    return buf_str(&out);
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* The parts between the outermost brackets, at the commas that stand in no other and in no quotes. */
static size_t split(struct arena *arena, struct str body, struct str **parts)
{
    size_t count = 0, begin = 0;
    int depth = 0;
    char until = 0;
    *parts = arena_make_many(arena, struct str, body.len + 1);
    for (size_t i = 0; i <= body.len; i++) {
        char c = i < body.len ? body.at[i] : ',';
        bool quoted = until && i < body.len;
        until = !until ? quote_end(c) : c == until ? 0 : until;
        if (quoted) continue;
        depth += (c == '(') - (c == ')');
        if (c != ',' || (depth && i < body.len)) continue;
        (*parts)[count++] = str_slice(body, begin, i);
        begin = i + 1;
    }
    return count;
}

/* Tables alone are brought into another form, because upgrades add columns to them; all else is compared byte for byte
 * as SQLite keeps it. */
static struct str definition_of(struct arena *arena, struct str type, struct str sql)
{
    if (!str_is(type, "table") || !str_starts(sql, S("CREATE TABLE"))) return sql;
    struct str text = plain(arena, sql), *parts;
    size_t from = 0, to = text.len;
    while (from < text.len && text.at[from] != '(') from++;
    while (to > from && text.at[to - 1] != ')') to--;
    if (to <= from + 1) return text;
    size_t count = split(arena, str_slice(text, from + 1, to - 1), &parts);
    struct buf out = buf_in(arena);
    qsort(parts, count, sizeof *parts, by_bytes);
    buf_add(&out, str_slice(text, 0, from));
    for (size_t i = 0; i < count; i++) {
        buf_char(&out, '|');
        buf_add(&out, parts[i]);
    }
    buf_add(&out, str_slice(text, to, text.len));
    return buf_str(&out);
}

/* ---- both sides ---- */

static struct str column(struct sqlite3_stmt *statement, int index)
{
    const char *text = (const char *)sqlite3_column_text(statement, index);
    return text ? (struct str){text, (size_t)sqlite3_column_bytes(statement, index)} : S("");
}

static void end_statement(void *statement)
{
    sqlite3_finalize(statement);
}

/* The list grows in memory that may end between two rows. */
static int list_memory(struct ctx *ctx, struct sqlite3 *memory, struct things *things)
{
    struct sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(memory, LIST, -1, &statement, NULL);
    if (code != SQLITE_OK) return code;
    arena_defer(ctx->arena, end_statement, statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct str type = column(statement, 0);
        things_add(ctx->arena, things,
                   (struct thing){type, column(statement, 1), column(statement, 2),
                                  definition_of(ctx->arena, type, column(statement, 3))});
    }
    arena_undefer(ctx->arena, statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static void close_memory(void *memory)
{
    sqlite3_close_v2(memory);
}

static enum result list_expected(struct ctx *ctx, struct str ddl, struct things *things)
{
    struct sqlite3 *memory = NULL;
    int code = sqlite3_open_v2(":memory:", &memory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    arena_defer(ctx->arena, close_memory, memory);
    if (code == SQLITE_OK) code = sqlite_refuse_loose_text(memory);
    if (code == SQLITE_OK) code = sqlite3_exec(memory, arena_cstr(ctx->arena, ddl), NULL, NULL, NULL);
    if (code == SQLITE_OK) code = list_memory(ctx, memory, things);
    char why[200];
    snprintf(why, sizeof why, "%s", memory ? sqlite3_errmsg(memory) : "out of memory");
    arena_undefer(ctx->arena, memory);
    sqlite3_close_v2(memory);
    if (code == SQLITE_OK) return OK;
    return fail(ctx, BROKEN, "The program's own schema could not be made to compare with: %s.", why);
}

enum result sqlite_things(struct ctx *ctx, struct str ddl, struct things *expected, struct things *found)
{
    struct rows *rows;
    TRY(list_expected(ctx, ddl, expected));
    TRY(db_query(ctx, S(LIST), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct str type = rows_text(rows, 0);
        things_add(ctx->arena, found,
                   (struct thing){type, rows_text(rows, 1), rows_text(rows, 2),
                                  definition_of(ctx->arena, type, rows_text(rows, 3))});
    }
    rows_close(rows);
    return OK;
}
