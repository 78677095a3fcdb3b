/* What a field is. Registers declare theirs in const tables; the custom fields which administrators add at run time
 * are described by the same struct. How each kind looks in JSON is in docs/api.md; how it is stored stands beside it
 * here. */
#ifndef MERLON_SCHEMA_FIELD_H
#define MERLON_SCHEMA_FIELD_H

#include "base/value.h"

enum kind {
    TEXT,    /* one line of text */
    PROSE,   /* Markdown */
    NUMBER,  /* 64-bit integer, min..max */
    DECIMAL, /* double */
    BOOLEAN, /* stored 0 or 1 */
    DATE,    /* YYYY-MM-DD, stored as text */
    TIME,    /* instant, stored as ms */
    CHOICE,  /* one of `choices`, stored by name */
    CHOICES, /* several of `choices`, stored as a JSON list of names */
    SCALE,   /* a step of the methodology's scale named `scale`; stored 1..10 */
    RATINGS, /* {"criterion": step}, stored as JSON; criteria are the methodology's */
    LINK,    /* one record of the register `target`, stored as its id */
    LINKS,   /* several, stored as a JSON list of ids in rising order; table `link` is the index of it */
    RECORD,  /* one record of any register (or of `targets`), stored as its reference "RSK-12" */
    RECORDS, /* several, stored as a JSON list of references */
    TAGS,    /* JSON list of short texts */
    DATA,    /* JSON of the register's own shape, checked by its `check` */
    KINDS
};

enum field_flag {
    REQUIRED = 1 << 0,
    SEARCH = 1 << 1,        /* its text is found by full-text search */
    UNIQUE = 1 << 2,        /* among records that are not deleted */
    DERIVED = 1 << 3,       /* computed; refused in requests */
    LISTED = 1 << 4,        /* a column of the list unless the reader chooses otherwise */
    FIXED = 1 << 5,         /* set at creation and not changed by PATCH */
    INDEXED = 1 << 6,       /* an index: lists are often filtered or sorted by it (every field can be) */
    TITLE = 1 << 7,         /* what a person calls the record; exactly one a register, TEXT or PROSE */
    BY_TRANSITION = 1 << 8, /* changed only by a transition that asks for it or sets it */
    PERSONAL = 1 << 9,      /* personal data: never in logs or metrics, gone with a purge */
    /* A text by which people also name the record when they link to it: an identifier, an e-mail address. */
    NAMES = 1 << 10,
    TELLS = 1 << 11,   /* LINKS to persons: they are told when they are named here */
    BY_USER = 1 << 12, /* NUMBER: the id of a user, shown by name */
    CITED = 1 << 13,   /* TEXT that stands before the title wherever the record is named: "A.5.1" */
    /* NUMBER, DERIVED: the id of a file (store/blob.h). Its size and SHA-256 stand in the register's fields "file_size"
     * and "sha256", and so in the ledger. At most one a register. */
    A_FILE = 1 << 14,
};

struct field {
    const char *name; /* lower case, digits, underscore; the column, the JSON key, part of the label key */
    enum kind kind;
    unsigned flags;
    int64_t min, max; /* NUMBER: bounds (0,0 is none). TEXT, PROSE: largest length in code points (0: 200; 20000) */
    const char *const *choices; /* CHOICE, CHOICES: closed by NULL */
    const char *target;         /* LINK, LINKS: register */
    const char *const *targets; /* RECORD, RECORDS: registers, closed by NULL; NULL is any */
    const char *scale;          /* SCALE */
    const char *group;          /* heading under which the form shows it; NULL is the first */
    const char *fallback;       /* value when a request for creation does not name it, as JSON text; NULL is none */
    bool custom;                /* an administrator's: its value stands in the record's `custom` */
};

const char *kind_name(enum kind kind); /* "text", "links": as the API says it */
bool kind_of_name(struct str name, enum kind *kind);

/* What a value must lie between: numbers and scales themselves, texts by their length in code points. False: none. */
bool field_bounds(const struct field *field, int64_t *min, int64_t *max);

/* How the values of each kind are stored; asked for every value of every page, hence inline. */
enum { STORED_LIST = 1, STORED_JSON = 2, STORED_NUMBER = 4 };
extern const struct kind_facts {
    const char *name;
    unsigned stored;
} kind_facts[KINDS];

/* A JSON list: CHOICES, LINKS, RECORDS, TAGS. */
static inline bool kind_is_list(enum kind kind)
{
    return kind_facts[kind].stored & STORED_LIST;
}
/* JSON text: the lists, RATINGS, DATA. */
static inline bool kind_is_json(enum kind kind)
{
    return kind_facts[kind].stored & STORED_JSON;
}
/* An integer: NUMBER, BOOLEAN, TIME, SCALE, LINK. */
static inline bool kind_is_number(enum kind kind)
{
    return kind_facts[kind].stored & STORED_NUMBER;
}

#endif
