/* Who may do what, in one table that people can read: a line for each room, a column for each role. It separates what
 * ISO 27001 A.5.3 wants apart: who hands out rights does not decide on risks, and who audits does not run what he
 * audits. */
#include "access/access.h"
#include "access/actor.h"
#include "base/buf.h"

enum {
    ALL = READ | CREATE | CHANGE | REMOVE | DECIDE | ADMINISTER | CHANGE_OWN,
    KEEP = READ | CREATE | CHANGE | REMOVE | CHANGE_OWN,
    LOOK_AFTER = READ | ADMINISTER, /* custom fields, purging by law; the content belongs to others */
    JUDGE = READ | DECIDE,
    ANSWER_FOR = READ | CHANGE_OWN,
    ADD = READ | CREATE | CHANGE_OWN,
    HAND_IN = CREATE | CHANGE_OWN, /* without READ one still reads what is one's own */
};

struct room {
    const char *name;
    unsigned verbs[ROLES];
};

/* clang-format off */
static const struct room rooms[] = {
    /*                 administrator      manager management      owner       auditor        reader employee */
    {"organisation",   {KEEP | ADMINISTER, ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  READ}},
    {"asset",          {LOOK_AFTER,        ALL,    JUDGE,          ADD,        READ,          READ,  0}},
    {"risk",           {LOOK_AFTER,        ALL,    JUDGE,          ADD,        READ,          READ,  0}},
    {"compliance",     {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"control",        {LOOK_AFTER,        ALL,    JUDGE,          ADD,        READ,          READ,  0}},
    {"document",       {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  ANSWER_FOR}},
    {"people",         {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  CHANGE_OWN}},
    {"access",         {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"incident",       {LOOK_AFTER | ADD,  ALL,    JUDGE | CREATE, ADD,        READ | CREATE, READ,  HAND_IN}},
    {"monitoring",     {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"vulnerability",  {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"audit",          {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, KEEP | DECIDE, READ,  0}},
    {"continuity",     {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"supplier",       {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"privacy",        {LOOK_AFTER,        ALL,    JUDGE,          ANSWER_FOR, READ,          READ,  0}},
    {"work",           {LOOK_AFTER | ADD,  ALL,    JUDGE | ADD,    ADD,        ADD,           ADD,   HAND_IN}},
    {"assurance",      {LOOK_AFTER,        ALL,    JUDGE,          READ,       READ | CREATE, READ,  0}},
    {"security_events", {READ,             0,      0,              0,          READ,          0,     0}},
    {"administration", {KEEP | ADMINISTER, READ,   READ,           0,          READ,          0,     0}},
};

static const struct {
    const char *name, *title, *for_whom;
} roles[ROLES] = {
    [ADMINISTRATOR] = {"administrator", "Administrator",
                       "installs, connects, manages users; sees all, decides on nothing"},
    [SECURITY_MANAGER] = {"security_manager", "Security manager", "runs the ISMS: every register, and decides"},
    [TOP_MANAGEMENT] = {"top_management", "Top management", "reads all, accepts high risks, approves"},
    [OWNER] = {"owner", "Owner", "of risks, assets, controls: reads, adds, and changes what is his"},
    [AUDITOR] = {"auditor", "Auditor", "reads all, keeps the audit room, changes nothing else"},
    [READER] = {"reader", "Reader", "reads: external auditor, regulator"},
    [EMPLOYEE] = {"employee", "Employee", "reads documents, reports incidents, does his own tasks"},
};

static const struct {
    enum verb verb;
    const char *letter, *meaning;
} verbs[] = {
    {READ, "R", "read"},
    {CREATE, "C", "create"},
    {CHANGE, "U", "change any"},
    {CHANGE_OWN, "O", "read and change what one owns"},
    {REMOVE, "D", "delete and restore"},
    {DECIDE, "A", "approve, accept, publish, verify"},
    {ADMINISTER, "S", "purge, custom fields, import"},
};
/* clang-format on */

const char *role_name(enum role role)
{
    return roles[role].name;
}

bool role_of_name(struct str name, enum role *role)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (!str_is(name, roles[i].name)) continue;
        *role = (enum role)i;
        return true;
    }
    return false;
}

unsigned role_verbs(enum role role, struct str room)
{
    for (size_t i = 0; i < COUNT(rooms); i++)
        if (str_is(room, rooms[i].name)) return rooms[i].verbs[role];
    return 0;
}

static void write_cell(struct buf *out, unsigned granted)
{
    buf_text(out, " | ");
    if (!granted) buf_text(out, "–");
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (granted & verbs[i].verb) buf_text(out, verbs[i].letter);
}

static void write_legend(struct buf *out)
{
    buf_text(out,
             "# Roles\n\nA role is granted to a user at a unit and holds there and in every unit below it. Records "
             "that belong to no unit\n(frameworks, threats, methods) are changed by roles granted at a top unit.\n\n");
    for (size_t i = 0; i < ROLES; i++)
        buf_print(out, "- **%s** (`%s`): %s.\n", roles[i].title, roles[i].name, roles[i].for_whom);
    buf_char(out, '\n');
    for (size_t i = 0; i < COUNT(verbs); i++)
        buf_print(out, "%s%s %s", i ? ", " : "", verbs[i].letter, verbs[i].meaning);
    buf_text(out, ".\n\n");
}

struct str roles_markdown(struct ctx *ctx)
{
    struct buf out = buf_in(ctx->arena);
    write_legend(&out);
    buf_text(&out, "| Room");
    for (size_t i = 0; i < ROLES; i++) buf_print(&out, " | %s", roles[i].title);
    buf_text(&out, " |\n|---");
    for (size_t i = 0; i < ROLES; i++) buf_text(&out, "|---");
    buf_text(&out, "|\n");
    for (size_t i = 0; i < COUNT(rooms); i++) {
        buf_print(&out, "| %s", rooms[i].name);
        for (size_t r = 0; r < ROLES; r++) write_cell(&out, rooms[i].verbs[r]);
        buf_text(&out, " |\n");
    }
    return buf_str(&out);
}
