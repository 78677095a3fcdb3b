/* Note by note: only one is in memory. What stands before the origin line of a note and was never signed is the
 * beginning of another one, of which the rest was not written. */
#include "app/verify_notes.h"

#include "ledger/chain.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "ledger/tree.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct notes_file {
    FILE *file;
    struct str path;
    char at[NOTE_MOST + 1]; /* one note, and the line behind it */
    size_t len, taken;      /* bytes there; of these, what was handed out */
    size_t line, first;     /* the line that was read last, from 1; where the newest note begins */
};

static enum result notes_open(struct ctx *ctx, struct str path, struct notes_file **out)
{
    struct notes_file *notes = arena_make(ctx->arena, struct notes_file);
    struct stat info;
    notes->path = path, notes->len = notes->taken = notes->line = 0;
    notes->file = str_is(path, "-") ? stdin : fopen(arena_cstr(ctx->arena, path), "re");
    *out = notes;
    if (notes->file && fstat(fileno(notes->file), &info) == 0 && S_ISDIR(info.st_mode)) errno = EISDIR;
    if (notes->file && !S_ISDIR(info.st_mode)) return OK;
    return fail(ctx, INVALID, "The file %.*s cannot be read: %s.", PRINT(path), strerror(errno));
}

static void notes_close(struct notes_file *notes)
{
    if (notes->file != stdin) fclose(notes->file);
}

/* Behind what is there already; false at the end of the file, and where a note has no more room. */
static bool read_line(struct notes_file *notes, struct str *line)
{
    size_t from = notes->len;
    int byte = 0;
    while (byte != '\n' && notes->len < sizeof notes->at && (byte = getc_unlocked(notes->file)) != EOF)
        notes->at[notes->len++] = (char)byte;
    *line = (struct str){notes->at + from, notes->len - from};
    notes->line += line->len > 0;
    return line->len > 0;
}

static bool is_signature(struct str line)
{
    return str_starts(line, S("\xe2\x80\x94 "));
}

/* Up to the line behind the signatures, or to the end of the file. Empty at the end. */
static struct str next_note(struct notes_file *notes)
{
    struct str line;
    bool is_signed = false;
    memmove(notes->at, notes->at + notes->taken, notes->len - notes->taken);
    notes->len -= notes->taken, notes->taken = 0;
    notes->first = notes->line + (notes->len == 0);
    if (notes->len == 1) notes->len = 0, notes->first++; /* the empty line between two */
    for (size_t end = notes->len; read_line(notes, &line); end = notes->len) {
        if (is_signed && !is_signature(line)) {
            notes->taken = end;
            return (struct str){notes->at, end};
        }
        is_signed = is_signed || is_signature(line);
        if (end == 0 && line.len == 1 && !is_signed) notes->len = 0, notes->first++;
    }
    notes->taken = notes->len;
    return (struct str){notes->at, notes->len};
}

/* ---- one note ---- */

static bool has_origin(const struct ledger_chain *chain, struct str origin)
{
    bool has = false;
    for (size_t i = 0; i < chain->count; i++) has = has || str_is(origin, chain->at[i].origin);
    return has;
}

/* Where the last origin line before the signatures begins; 0 when there is none. */
static size_t last_origin(const struct ledger_chain *chain, struct str chunk)
{
    struct str rest = chunk, line;
    size_t at = 0, last = 0;
    while (line_cut(&rest, &line) && !is_signature(line)) {
        if (has_origin(chain, line)) last = at;
        at += line.len + 1;
    }
    return last;
}

enum signed_how { BY_NOBODY, BY_THE_LEDGER, CUT_SHORT };

/* By a key of the chain, and for the origin that this key signs. A signature that lacks its end is nobody's lie. */
static enum signed_how how_signed(struct ctx *ctx, const struct ledger_chain *chain, const struct note *note,
                                  const struct checkpoint *checkpoint)
{
    enum signed_how how = BY_NOBODY;
    for (size_t i = 0; i < chain->count; i++) {
        struct note_key key;
        if (!str_is(checkpoint->origin, chain->at[i].origin)) continue;
        note_key_make(&key, checkpoint->origin, NOTE_ED25519, chain->at[i].key.at);
        for (size_t k = 0; k < note->count; k++) {
            const struct note_signature *signature = &note->signatures[k];
            if (note_check(ctx->arena, note->text, signature, &key, NULL) == NOTE_HOLDS) return BY_THE_LEDGER;
            if (memcmp(signature->id, key.id, sizeof key.id) == 0 && signature->bytes.len < NOTE_SIGNATURE)
                how = CUT_SHORT;
        }
    }
    return how;
}

static enum result no_checkpoint(struct ctx *ctx, struct str path)
{
    return fail(
        ctx, INVALID,
        "%.*s holds no checkpoint, or something that is none: it must be notes as --publish-file writes and GET "
        "/api/v1/ledger/checkpoint answers them.",
        PRINT(path));
}

static enum result check_contained(struct ctx *ctx, const struct checkpoint *checkpoint, int64_t newest)
{
    struct hash root;
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    if (checkpoint->size > newest)
        return fail(ctx, CONFLICT,
                    "The checkpoint that was given covers %lld entries, but only %lld are here: this is an older copy, "
                    "or the newest entries were cut off.",
                    (long long)checkpoint->size, (long long)newest);
    TRY(merkle_root_of(ctx, hasher, &source, (uint64_t)checkpoint->size, &root));
    if (hash_eq(&root, &checkpoint->root)) return OK;
    return fail(ctx, CONFLICT,
                "The first %lld entries are not those of the checkpoint that was given: the ledger was written anew "
                "after it had been handed out.",
                (long long)checkpoint->size);
}

/* `text` begins with the origin of this ledger, or has none. *torn: it was cut short. */
static enum result check_note(struct ctx *ctx, const struct ledger_chain *chain, struct str text, struct str path,
                              int64_t newest, bool *torn)
{
    struct note *note = arena_make(ctx->arena, struct note);
    struct checkpoint checkpoint;
    struct str rest = text, line;
    if (!line_cut(&rest, &line)) line = text;
    bool ours = has_origin(chain, line), whole = note_parse(ctx->arena, text, note);
    whole = whole && checkpoint_parse(note->text, &checkpoint);
    *torn = !whole && ours;
    if (*torn) return OK;
    if (!whole) return no_checkpoint(ctx, path);
    if (!has_origin(chain, checkpoint.origin))
        return fail(ctx, CONFLICT,
                    "The checkpoint over %lld entries that was given is of the log %.*s, and this is %s.",
                    (long long)checkpoint.size, PRINT(checkpoint.origin), chain->at[chain->count - 1].origin);
    enum signed_how how = how_signed(ctx, chain, note, &checkpoint);
    *torn = how == CUT_SHORT;
    if (how == BY_NOBODY)
        return fail(ctx, CONFLICT,
                    "The checkpoint over %lld entries that was given was not signed by a key of this ledger.",
                    (long long)checkpoint.size);
    return *torn ? OK : check_contained(ctx, &checkpoint, newest);
}

static void count_torn(struct witness_check *check, size_t line)
{
    if (!check->torn++) check->torn_line = line;
}

static enum result check_chunk(struct ctx *ctx, struct witness_check *check, const struct ledger_chain *chain,
                               const struct notes_file *notes, struct str chunk, int64_t newest)
{
    bool torn;
    size_t from = last_origin(chain, chunk);
    if (from) count_torn(check, notes->first);
    TRY(check_note(ctx, chain, str_slice(chunk, from, chunk.len), check->checkpoint, newest, &torn));
    if (torn)
        count_torn(check, notes->first);
    else
        check->notes++;
    return OK;
}

static enum result check_all(struct ctx *ctx, struct witness_check *check, struct notes_file *notes, int64_t newest)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    struct ctx part = *ctx;
    part.arena = arena_scratch(ctx->arena);
    TRY(ledger_chain_read(ctx, chain));
    for (struct str chunk = next_note(notes); chunk.len; chunk = next_note(notes)) {
        enum result result = check_chunk(&part, check, chain, notes, chunk, newest);
        if (result != OK) return fail_as(ctx, &part, result);
        arena_reset(part.arena);
    }
    if (ferror(notes->file))
        return fail(ctx, INVALID, "The file %.*s cannot be read: %s.", PRINT(check->checkpoint), strerror(errno));
    return check->notes ? OK : no_checkpoint(ctx, check->checkpoint);
}

enum result notes_check(struct ctx *ctx, struct witness_check *check, const struct ledger_head *newest)
{
    struct notes_file *notes;
    if (!check->checkpoint.len) return OK;
    TRY(notes_open(ctx, check->checkpoint, &notes));
    enum result result = check_all(ctx, check, notes, newest->size);
    notes_close(notes);
    return result;
}

enum result notes_demand(struct ctx *ctx, const struct witness_check *check)
{
    struct notes_file *notes;
    if (!check->checkpoint.len || str_is(check->checkpoint, "-")) return OK;
    TRY(notes_open(ctx, check->checkpoint, &notes));
    struct str rest = next_note(notes), line;
    bool has_signature = false;
    while (line_cut(&rest, &line)) has_signature = has_signature || is_signature(line);
    has_signature = has_signature || is_signature(rest);
    notes_close(notes);
    return has_signature ? OK : no_checkpoint(ctx, check->checkpoint);
}
