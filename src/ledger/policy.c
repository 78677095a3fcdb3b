/* Policies. A member stands before the group that names it, so groups are counted in the order of the file and no
 * circle is possible; that nothing is a member twice keeps one witness from counting twice. */
#include "ledger/policy.h"

enum { FEW = 8 };

struct reader {
    struct policy *policy;
    int line;
    size_t log_room;
    bool has_quorum;
    bool taken[2][POLICY_MOST]; /* a member already: witnesses, groups */
};

/* ---- words of a line ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool next_word(struct str *rest, struct str *word)
{
    size_t from = 0, to;
    while (from < rest->len && is_blank(rest->at[from])) from++;
    for (to = from; to < rest->len && !is_blank(rest->at[to]);) to++;
    *word = str_slice(*rest, from, to);
    *rest = str_slice(*rest, to, rest->len);
    return word->len > 0;
}

static enum result wrong(struct ctx *ctx, const struct reader *reader, const char *why)
{
    return fail(ctx, INVALID, "Line %d of the policy: %s", reader->line, why);
}

static bool find_name(const struct policy *policy, struct str name, struct policy_member *member)
{
    for (size_t i = 0; i < policy->witness_count; i++)
        if (str_eq(policy->witnesses[i].name, name)) {
            *member = (struct policy_member){false, i};
            return true;
        }
    for (size_t i = 0; i < policy->group_count; i++)
        if (str_eq(policy->groups[i].name, name)) {
            *member = (struct policy_member){true, i};
            return true;
        }
    return false;
}

static enum result demand_new_name(struct ctx *ctx, const struct reader *reader, struct str name)
{
    struct policy_member member;
    if (str_is(name, "none")) return wrong(ctx, reader, "the name \"none\" has a meaning of its own; take another.");
    if (find_name(reader->policy, name, &member)) return wrong(ctx, reader, "this name stands further up already.");
    return OK;
}

/* An URL may follow, and nothing else. */
static enum result read_end(struct ctx *ctx, const struct reader *reader, struct str *rest, struct str *url)
{
    struct str more;
    *url = S("");
    if (next_word(rest, url) && next_word(rest, &more))
        return wrong(ctx, reader, "after the key comes an address at most.");
    return OK;
}

/* ---- lines ---- */

static enum result read_log(struct ctx *ctx, struct reader *reader, struct str rest)
{
    struct policy *policy = reader->policy;
    struct str vkey;
    struct policy_log log;
    if (policy->log_count == POLICY_LOGS) return wrong(ctx, reader, "these are more logs than can be kept.");
    if (!next_word(&rest, &vkey) || !note_key_parse(vkey, &log.key) || log.key.kind != NOTE_ED25519)
        return wrong(ctx, reader, "a log is named by its key, NAME+ID+BASE64 of the kind 01.");
    for (size_t i = 0; i < policy->log_count; i++)
        if (memcmp(policy->logs[i].key.at, log.key.at, NOTE_KEY) == 0)
            return wrong(ctx, reader, "this key stands further up already.");
    TRY(read_end(ctx, reader, &rest, &log.url));
    if (policy->log_count == reader->log_room) {
        size_t room = reader->log_room * 2 + FEW, size = sizeof *policy->logs;
        policy->logs = arena_grow(ctx->arena, policy->logs, reader->log_room * size, room * size);
        reader->log_room = room;
    }
    policy->logs[policy->log_count++] = log;
    return OK;
}

static enum result read_witness(struct ctx *ctx, struct reader *reader, struct str rest)
{
    struct policy *policy = reader->policy;
    struct str vkey;
    struct policy_witness witness;
    if (policy->witness_count == POLICY_MOST) return wrong(ctx, reader, "these are more witnesses than can be kept.");
    if (!next_word(&rest, &witness.name)) return wrong(ctx, reader, "a witness has a name and a key.");
    TRY(demand_new_name(ctx, reader, witness.name));
    if (!next_word(&rest, &vkey) || !note_key_parse(vkey, &witness.key) || witness.key.kind != NOTE_COSIGNATURE)
        return wrong(ctx, reader, "after the name of a witness comes its key, NAME+ID+BASE64 of the kind 04.");
    for (size_t i = 0; i < policy->witness_count; i++)
        if (memcmp(policy->witnesses[i].key.at, witness.key.at, NOTE_KEY) == 0)
            return wrong(ctx, reader, "this key stands further up already.");
    TRY(read_end(ctx, reader, &rest, &witness.url));
    policy->witnesses[policy->witness_count++] = witness;
    return OK;
}

static enum result read_member(struct ctx *ctx, struct reader *reader, struct policy_group *group, struct str name)
{
    struct policy_member member;
    if (!find_name(reader->policy, name, &member))
        return wrong(ctx, reader, "a member of a group stands further up, as a witness or a group.");
    bool *taken = &reader->taken[member.is_group][member.index];
    if (*taken) return wrong(ctx, reader, "one of these is a member of a group already, and counts once only.");
    *taken = true;
    group->members[group->count++] = member;
    return OK;
}

static enum result read_group(struct ctx *ctx, struct reader *reader, struct str rest)
{
    struct policy *policy = reader->policy;
    struct str how, name;
    int64_t needed = 0;
    if (policy->group_count == POLICY_MOST) return wrong(ctx, reader, "these are more groups than can be kept.");
    struct policy_group *group = &policy->groups[policy->group_count];
    *group = (struct policy_group){0};
    if (!next_word(&rest, &group->name)) return wrong(ctx, reader, "a group has a name.");
    TRY(demand_new_name(ctx, reader, group->name));
    if (!next_word(&rest, &how)) return wrong(ctx, reader, "after the name of a group comes any, all or a number.");
    while (next_word(&rest, &name)) TRY(read_member(ctx, reader, group, name));
    if (!group->count) return wrong(ctx, reader, "a group has members.");
    if (str_is(how, "all"))
        needed = (int64_t)group->count;
    else if (str_is(how, "any"))
        needed = 1;
    else if (!size_read(how, &needed) || needed < 1 || needed > (int64_t)group->count)
        return wrong(ctx, reader, "how many are needed is any, all, or a number from 1 to how many members there are.");
    group->needed = (size_t)needed;
    policy->group_count++;
    return OK;
}

static enum result read_quorum(struct ctx *ctx, struct reader *reader, struct str rest)
{
    struct str name, more;
    if (reader->has_quorum) return wrong(ctx, reader, "there is a quorum further up already.");
    if (!next_word(&rest, &name) || next_word(&rest, &more)) return wrong(ctx, reader, "a quorum is one name.");
    reader->has_quorum = true;
    reader->policy->needs_witness = !str_is(name, "none");
    if (!reader->policy->needs_witness || find_name(reader->policy, name, &reader->policy->quorum)) return OK;
    return wrong(ctx, reader, "the quorum names a witness or a group that stands further up.");
}

static enum result read_line(struct ctx *ctx, struct reader *reader, struct str line)
{
    static const struct {
        const char *word;
        enum result (*read)(struct ctx *ctx, struct reader *reader, struct str rest);
    } kinds[] = {{"log", read_log}, {"witness", read_witness}, {"group", read_group}, {"quorum", read_quorum}};
    struct str word;
    for (size_t i = 0; i < line.len; i++)
        if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f)
            return wrong(ctx, reader, "there is a control character in it.");
    if (!next_word(&line, &word) || word.at[0] == '#') return OK;
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_is(word, kinds[i].word)) return kinds[i].read(ctx, reader, line);
    return wrong(ctx, reader, "it begins with none of log, witness, group, quorum.");
}

enum result policy_parse(struct ctx *ctx, struct str text, struct policy **policy)
{
    struct reader *reader = arena_make(ctx->arena, struct reader);
    reader->policy = arena_make(ctx->arena, struct policy);
    if (text.len > POLICY_FILE_MOST) return fail(ctx, INVALID, "The policy is too long to be one.");
    while (text.len) {
        struct str line;
        reader->line++;
        if (!line_cut(&text, &line)) return wrong(ctx, reader, "it is not ended by a line feed.");
        TRY(read_line(ctx, reader, line));
    }
    if (!reader->has_quorum)
        return fail(ctx, INVALID,
                    "The policy has no line \"quorum\"; where no witness is needed it is \"quorum none\".");
    *policy = reader->policy;
    return OK;
}

/* ---- judging ---- */

const struct policy_log *policy_log_of(struct arena *arena, const struct policy *policy, const struct note *note,
                                       struct str origin, bool *known)
{
    *known = false;
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct policy_log *log = &policy->logs[i];
        if (!str_eq(log->key.name, origin)) continue;
        *known = true;
        for (size_t k = 0; k < note->count; k++)
            if (note_check(arena, note->text, &note->signatures[k], &log->key, NULL) == NOTE_HOLDS) return log;
    }
    return NULL;
}

size_t policy_cosigned(struct arena *arena, const struct policy *policy, const struct note *note,
                       bool cosigned[POLICY_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < policy->witness_count; i++) {
        cosigned[i] = false;
        for (size_t k = 0; k < note->count && !cosigned[i]; k++)
            cosigned[i] =
                note_check(arena, note->text, &note->signatures[k], &policy->witnesses[i].key, NULL) == NOTE_HOLDS;
        count += cosigned[i];
    }
    return count;
}

bool policy_is_met(const struct policy *policy, const bool cosigned[POLICY_MOST])
{
    bool counts[2][POLICY_MOST] = {{false}};
    if (!policy->needs_witness) return true;
    memcpy(counts[0], cosigned, policy->witness_count * sizeof *cosigned);
    for (size_t i = 0; i < policy->group_count; i++) {
        const struct policy_group *group = &policy->groups[i];
        size_t met = 0;
        for (size_t k = 0; k < group->count; k++) met += counts[group->members[k].is_group][group->members[k].index];
        counts[1][i] = met >= group->needed;
    }
    return counts[policy->quorum.is_group][policy->quorum.index];
}

struct str policy_witness_key(struct arena *arena, const struct policy_witness *witness)
{
    struct buf out = buf_in(arena);
    buf_hex(&out, (const char *)witness->key.id, NOTE_KEY_ID);
    return buf_str(&out);
}

struct str policy_witness_shown(struct arena *arena, const struct policy_witness *witness)
{
    return arena_print(arena, "%.*s (key %.*s)", PRINT(witness->name), PRINT(policy_witness_key(arena, witness)));
}

/* ---- written ---- */

static struct str member_name(const struct policy *policy, struct policy_member member)
{
    return member.is_group ? policy->groups[member.index].name : policy->witnesses[member.index].name;
}

void policy_put_witnesses(struct buf *out, const struct policy *policy)
{
    for (size_t i = 0; policy && i < policy->witness_count; i++) {
        buf_print(out, "witness %.*s ", PRINT(policy->witnesses[i].name));
        note_key_put(out, &policy->witnesses[i].key);
        buf_char(out, '\n');
    }
    for (size_t i = 0; policy && i < policy->group_count; i++) {
        const struct policy_group *group = &policy->groups[i];
        buf_print(out, "group %.*s %zu", PRINT(group->name), group->needed);
        for (size_t k = 0; k < group->count; k++)
            buf_print(out, " %.*s", PRINT(member_name(policy, group->members[k])));
        buf_char(out, '\n');
    }
    bool needs = policy && policy->needs_witness;
    buf_print(out, "quorum %.*s\n", PRINT(needs ? member_name(policy, policy->quorum) : S("none")));
}
