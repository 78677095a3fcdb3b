/* Notes, and the messages that carry them: what is taken as one is written again as it was read. */
#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) abort();
}

static void try_note(struct arena *arena, struct str bytes)
{
    struct note note;
    if (!note_parse(arena, bytes, &note)) return;
    struct buf again = buf_in(arena);
    buf_add(&again, note.text);
    buf_char(&again, '\n');
    for (size_t i = 0; i < note.count; i++) {
        struct note_key key = {.name = note.signatures[i].name, .kind = NOTE_ED25519};
        memcpy(key.id, note.signatures[i].id, NOTE_KEY_ID);
        check(note_check(arena, note.text, &note.signatures[i], &key, NULL) == NOTE_FALSE); /* of no key */
        key.kind = NOTE_COSIGNATURE;
        check(note_check(arena, note.text, &note.signatures[i], &key, NULL) == NOTE_FALSE);
        note_put_signature(&again, &key, note.signatures[i].bytes);
    }
    check(str_eq(buf_str(&again), bytes));
}

static void try_key(struct arena *arena, struct str text)
{
    struct note_key key, again;
    struct buf out = buf_in(arena);
    if (!note_key_parse(text, &key)) return;
    note_key_put(&out, &key);
    check(note_key_parse(buf_str(&out), &again) && memcmp(key.at, again.at, NOTE_KEY) == 0);
}

static void try_messages(struct arena *arena, struct str bytes)
{
    struct add_checkpoint add;
    struct tlog_proof proof;
    struct buf again = buf_in(arena);
    if (add_checkpoint_parse(arena, bytes, &add)) {
        size_t body = (size_t)(add.note.text.at - bytes.at);
        add_checkpoint_put(&again, add.old_size, &add.proof, str_slice(bytes, body, bytes.len));
        check(str_eq(buf_str(&again), bytes));
    }
    again.len = 0;
    if (tlog_proof_parse(arena, bytes, &proof)) {
        tlog_proof_put(&again, proof.extra, proof.index, &proof.path, proof.checkpoint_note);
        check(str_eq(buf_str(&again), bytes));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    check(arena != NULL);
    struct str bytes = arena_copy(arena, (struct str){(const char *)data, size});
    try_note(arena, bytes);
    try_key(arena, bytes);
    try_messages(arena, bytes);
    arena_free(arena);
    return 0;
}
