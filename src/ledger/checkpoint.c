/* The three formats share their lines: a word with its value, hashes in base64, an empty line, a note. */
#include "ledger/checkpoint.h"

static const char TLOG_PROOF[] = "c2sp.org/tlog-proof@v1";

bool checkpoint_parse(struct str text, struct checkpoint *checkpoint)
{
    struct str size, root, line;
    *checkpoint = (struct checkpoint){0};
    if (!line_cut(&text, &checkpoint->origin) || !checkpoint->origin.len) return false;
    if (!line_cut(&text, &size) || !size_read(size, &checkpoint->size)) return false;
    if (!line_cut(&text, &root) || !base64_read(root, checkpoint->root.at, HASH_SIZE)) return false;
    checkpoint->extensions = text;
    while (text.len)
        if (!line_cut(&text, &line) || !line.len) return false;
    return true;
}

/* ---- lines that a note follows ---- */

static bool cut_number(struct str *rest, struct str word, int64_t *number)
{
    struct str line;
    if (!line_cut(rest, &line) || !str_starts(line, word)) return false;
    return size_read(str_slice(line, word.len, line.len), number);
}

/* Hashes up to an empty line, which is cut off too. */
static bool cut_hashes(struct str *rest, size_t most, struct merkle_proof *proof)
{
    struct str line;
    proof->count = 0;
    for (;;) {
        if (!line_cut(rest, &line)) return false;
        if (!line.len) return true;
        if (proof->count == most || !base64_read(line, proof->at[proof->count].at, HASH_SIZE)) return false;
        proof->count++;
    }
}

static void put_hashes(struct buf *out, const struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count; i++) {
        base64_put(out, proof->at[i].at, HASH_SIZE);
        buf_char(out, '\n');
    }
    buf_char(out, '\n');
}

/* ---- asking a witness ---- */

void add_checkpoint_put(struct buf *out, int64_t old_size, const struct merkle_proof *proof, struct str note)
{
    buf_text(out, "old ");
    buf_number(out, old_size);
    buf_char(out, '\n');
    put_hashes(out, proof);
    buf_add(out, note);
}

bool add_checkpoint_parse(struct arena *arena, struct str body, struct add_checkpoint *add)
{
    if (!cut_number(&body, S("old "), &add->old_size)) return false;
    if (!cut_hashes(&body, ADD_CHECKPOINT_PROOF, &add->proof)) return false;
    return note_parse(arena, body, &add->note) && checkpoint_parse(add->note.text, &add->checkpoint);
}

/* ---- proofs to take away ---- */

void tlog_proof_put(struct buf *out, struct str extra, int64_t index, const struct merkle_proof *path, struct str note)
{
    buf_text(out, TLOG_PROOF);
    buf_char(out, '\n');
    if (extra.len) {
        buf_text(out, "extra ");
        base64_put(out, extra.at, extra.len);
        buf_char(out, '\n');
    }
    buf_text(out, "index ");
    buf_number(out, index);
    buf_char(out, '\n');
    put_hashes(out, path);
    buf_add(out, note);
}

static bool cut_extra(struct arena *arena, struct str *rest, struct str *extra)
{
    struct str word = S("extra "), line;
    *extra = S("");
    if (!str_starts(*rest, word)) return true;
    if (!line_cut(rest, &line)) return false;
    line = str_slice(line, word.len, line.len);
    if (line.len < 4) return false;
    size_t len = line.len / 4 * 3 - (line.at[line.len - 1] == '=') - (line.at[line.len - 2] == '=');
    char *bytes = arena_alloc(arena, len);
    *extra = (struct str){bytes, len};
    return base64_read(line, bytes, len);
}

bool tlog_proof_parse(struct arena *arena, struct str bytes, struct tlog_proof *proof)
{
    struct str line;
    if (!line_cut(&bytes, &line) || !str_is(line, TLOG_PROOF)) return false;
    if (!cut_extra(arena, &bytes, &proof->extra)) return false;
    if (!cut_number(&bytes, S("index "), &proof->index)) return false;
    if (!cut_hashes(&bytes, MERKLE_PROOF_MAX, &proof->path)) return false;
    proof->checkpoint_note = bytes;
    return note_parse(arena, bytes, &proof->note) && checkpoint_parse(proof->note.text, &proof->checkpoint);
}
