/* Parts are found through the relationships, as the standard wants (ISO/IEC 29500-2): producers differ in their names.
 * Types of relationships are known by their last word, which transitional and strict documents share. */
#include "format/xlsx_book.h"

#include "format/xlsx_text.h"

enum { RELATIONS = 1024, SHEETS = 1024, POOL = 64 * 1024 };

struct relation {
    struct str id, target; /* target: full name of the part */
    enum { RELATION_OTHER, RELATION_BOOK, RELATION_SHEET, RELATION_SHARED, RELATION_STYLES } type;
};

struct relations {
    struct relation *at;
    size_t count;
};

struct sheets {
    struct str wanted, id, names; /* id: of the one found */
    bool found;
    size_t count;
};

/* A target is relative to the folder of the part that names it, or begins with a slash; ".." may climb. */
static struct str resolve(struct arena *arena, struct str folder, struct str target)
{
    struct buf path = buf_in(arena);
    if (!str_starts(target, S("/"))) buf_add(&path, folder);
    struct str piece;
    while (str_cut(&target, '/', &piece)) {
        if (!piece.len || str_is(piece, ".")) continue;
        if (str_is(piece, "..")) {
            const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
            path.len = slash ? (size_t)(slash - path.at) : 0;
            continue;
        }
        if (path.len) buf_char(&path, '/');
        buf_add(&path, piece);
    }
    return buf_str(&path);
}

static int relation_type(struct str uri)
{
    static const struct {
        struct str end;
        int type;
    } types[] = {{S("/officeDocument"), RELATION_BOOK},
                 {S("/worksheet"), RELATION_SHEET},
                 {S("/sharedStrings"), RELATION_SHARED},
                 {S("/styles"), RELATION_STYLES}};
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_ends(uri, types[i].end)) return types[i].type;
    return RELATION_OTHER;
}

static enum result read_relations(struct ctx *ctx, struct xlsx_package *package, struct str name, struct str folder,
                                  struct relations *out)
{
    struct xlsx_part *part;
    TRY(xlsx_part_open(ctx, package, name, &part));
    const struct xml_reader *xml = xlsx_part_xml(part);
    *out = (struct relations){.at = arena_make_many(ctx->arena, struct relation, RELATIONS)};
    for (;;) {
        TRY(xlsx_part_next(ctx, part));
        if (xml->token == XML_END) break;
        if (xml->token != XML_OPEN || !str_is(xml->name, "Relationship")) continue;
        if (str_is(xml_attribute(xml, "TargetMode"), "External")) continue;
        if (out->count == RELATIONS) return fail(ctx, INVALID, "The workbook has too many parts.");
        struct relation *relation = &out->at[out->count++];
        relation->id = arena_copy(ctx->arena, xml_attribute(xml, "Id"));
        relation->target = resolve(ctx->arena, folder, xml_attribute(xml, "Target"));
        relation->type = relation_type(xml_attribute(xml, "Type"));
    }
    xlsx_part_close(part);
    return OK;
}

static const struct relation *find_type(const struct relations *relations, int type)
{
    for (size_t i = 0; i < relations->count; i++)
        if ((int)relations->at[i].type == type) return &relations->at[i];
    return NULL;
}

static const struct relation *find_sheet(const struct relations *relations, struct str id)
{
    for (size_t i = 0; i < relations->count; i++)
        if (relations->at[i].type == RELATION_SHEET && str_eq(relations->at[i].id, id)) return &relations->at[i];
    return NULL;
}

/* A <sheet> of the workbook: the one that is wanted, or the first that can be seen. */
static void look_at_sheet(struct ctx *ctx, const struct xml_reader *xml, const struct relations *relations,
                          struct sheets *sheets)
{
    struct str name = xml_attribute(xml, "name"), id = xml_attribute(xml, "id"), state = xml_attribute(xml, "state");
    if (!find_sheet(relations, id)) return; /* a chart */
    bool visible = !state.len || str_is(state, "visible");
    bool fits = sheets->wanted.len ? str_eq_nocase(sheets->wanted, name) : visible;
    if (fits && !sheets->found) {
        sheets->found = true;
        sheets->id = arena_copy(ctx->arena, id);
    }
    if (sheets->count++ < 20)
        sheets->names = arena_print(ctx->arena, "%.*s%s\"%.*s\"", PRINT(sheets->names), sheets->names.len ? ", " : "",
                                    PRINT(str_slice(name, 0, 60)));
}

static enum result read_workbook(struct ctx *ctx, struct xlsx_package *package, struct str name,
                                 const struct relations *relations, struct sheets *sheets, bool *from_1904)
{
    struct xlsx_part *part;
    TRY(xlsx_part_open(ctx, package, name, &part));
    const struct xml_reader *xml = xlsx_part_xml(part);
    for (;;) {
        TRY(xlsx_part_next(ctx, part));
        if (xml->token == XML_END) break;
        if (xml->token != XML_OPEN) continue;
        if (str_is(xml->name, "sheet") && sheets->count < SHEETS) look_at_sheet(ctx, xml, relations, sheets);
        if (!str_is(xml->name, "workbookPr")) continue;
        struct str date1904 = xml_attribute(xml, "date1904");
        *from_1904 = str_is(date1904, "1") || str_is(date1904, "true");
    }
    xlsx_part_close(part);
    if (sheets->found) return OK;
    if (!sheets->wanted.len) return fail(ctx, INVALID, "The workbook has no sheet with cells.");
    return fail(ctx, INVALID, "The workbook has no sheet \"%.*s\"; it has %.*s.", PRINT(sheets->wanted),
                PRINT(sheets->names));
}

struct pool {
    char *at;
    size_t left;
};

/* Keeps texts in blocks of their own: one allocation for each of a million strings would cost more than the strings. */
static struct str keep(struct arena *arena, struct pool *pool, struct str text)
{
    if (!text.len) return S("");
    if (text.len > POOL / 8) return arena_copy(arena, text);
    if (text.len > pool->left) *pool = (struct pool){arena_grow(arena, NULL, 0, POOL), POOL};
    struct str kept = {pool->at, text.len};
    memcpy(pool->at, text.at, text.len);
    pool->at += text.len;
    pool->left -= text.len;
    return kept;
}

/* From <si> on, through </si>; the text, still escaped, in `text`. */
static enum result read_shared_one(struct ctx *ctx, struct xlsx_part *part, struct buf *text)
{
    const struct xml_reader *xml = xlsx_part_xml(part);
    struct xlsx_text_state state = {0};
    text->len = 0;
    for (int inside = xml->depth;;) {
        TRY(xlsx_part_next(ctx, part));
        if (xml->token == XML_CLOSE && xml->depth == inside) return OK;
        if (xlsx_text_is_wanted(&state, xml)) buf_add(text, xml->text);
    }
}

static enum result read_shared(struct ctx *ctx, struct xlsx_package *package, struct str name,
                               struct xlsx_book_parts *out)
{
    struct xlsx_part *part;
    TRY(xlsx_part_open(ctx, package, name, &part));
    const struct xml_reader *xml = xlsx_part_xml(part);
    struct buf raw = buf_in(ctx->arena), text = buf_in(ctx->arena);
    struct pool pool = {0};
    size_t room = 0, bytes = 0;
    for (;;) {
        TRY(xlsx_part_next(ctx, part));
        if (xml->token == XML_END) break;
        if (xml->token != XML_OPEN || !str_is(xml->name, "si")) continue;
        TRY(read_shared_one(ctx, part, &raw));
        text.len = 0;
        xlsx_text_decode(&text, buf_str(&raw));
        bytes += text.len + sizeof *out->shared;
        if (bytes > XLSX_SHARED_BYTES) return fail(ctx, INVALID, "The workbook has too much text; split it.");
        if (out->shared_count == room) {
            size_t more = room ? room * 2 : 256;
            out->shared = arena_grow(ctx->arena, out->shared, room * sizeof *out->shared, more * sizeof *out->shared);
            room = more;
        }
        out->shared[out->shared_count++] = keep(ctx->arena, &pool, buf_str(&text));
    }
    xlsx_part_close(part);
    return OK;
}

static enum result read_styles(struct ctx *ctx, struct xlsx_package *package, struct str name,
                               struct xlsx_styles *styles)
{
    struct xlsx_part *part;
    TRY(xlsx_part_open(ctx, package, name, &part));
    TRY(xlsx_styles_read(ctx, part, styles));
    xlsx_part_close(part);
    return OK;
}

static struct str relations_of(struct arena *arena, struct str part, struct str *folder)
{
    const char *slash = part.len ? memrchr(part.at, '/', part.len) : NULL;
    size_t cut = slash ? (size_t)(slash - part.at) : 0;
    *folder = str_slice(part, 0, cut);
    struct str file = str_slice(part, slash ? cut + 1 : 0, part.len);
    return arena_print(arena, "%.*s%s_rels/%.*s.rels", PRINT(*folder), folder->len ? "/" : "", PRINT(file));
}

enum result xlsx_book_read(struct ctx *ctx, struct xlsx_package *package, struct str sheet, struct xlsx_book_parts *out)
{
    struct relations outer, inner;
    *out = (struct xlsx_book_parts){0};
    if (!xlsx_package_has(package, S("_rels/.rels")))
        return fail(ctx, INVALID, "The file is a zip archive, but no .xlsx workbook.");
    TRY(read_relations(ctx, package, S("_rels/.rels"), S(""), &outer));
    const struct relation *book = find_type(&outer, RELATION_BOOK);
    struct str folder, name = book ? book->target : S("xl/workbook.xml");
    struct str relations_name = relations_of(ctx->arena, name, &folder);
    if (!xlsx_package_has(package, name) || !xlsx_package_has(package, relations_name))
        return fail(ctx, INVALID, "The file is a zip archive, but no .xlsx workbook.");
    TRY(read_relations(ctx, package, relations_name, folder, &inner));
    struct sheets sheets = {.wanted = sheet};
    TRY(read_workbook(ctx, package, name, &inner, &sheets, &out->styles.from_1904));
    out->sheet = find_sheet(&inner, sheets.id)->target;
    const struct relation *shared = find_type(&inner, RELATION_SHARED), *styles = find_type(&inner, RELATION_STYLES);
    if (styles) TRY(read_styles(ctx, package, styles->target, &out->styles));
    if (shared) TRY(read_shared(ctx, package, shared->target, out));
    return OK;
}
