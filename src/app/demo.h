/* Loading the demonstration organisation from content/demo/ through the public interface: everything is said by
 * somebody who has signed in and may say it. A file is a list of sections, worked through in order; files in the order
 * of their names.
 *
 *   {"what": "Risks", "as": "tomas", "create": "risk", "records": [{fields...,
 *        "@": "key", "@as": who else makes it,
 *        "@then": [{"move": "analyse", "as": who, "with": {fields}}, {"set": {fields}}],
 *        "@files": [{"name", "type", "text", "title", more fields of evidence}], "@comments": [{"as", "text"}]}]}
 *   {"what": "...", "as": "...", "change": "soa_line", "where": "soa=@soa", "records": {"A.5.1": {fields}}}
 *        the records of a list, found by the first word of their title
 *   {"what": "...", "as": "...", "move": "notification", "where": "status=unread", "by": "read"}      all of a list
 *   {"what": "...", "as": "...", "requests": [{"method", "path", "with", "as"}]}
 *   {"what": "...", "as": "...", "users": [{"@": "key", "@does": what for, fields of a user but the password}]}
 *   {"start": {"key", "organisation", "name", "email", "does"}}            first of all: the first administrator
 * How values are written is in app/demo_fill.h. */
#ifndef MERLON_APP_DEMO_H
#define MERLON_APP_DEMO_H

#include "app/program.h"

struct asset;

struct demo_login {
    struct str email, name, does;
};

struct demo {
    struct program *program;
    struct str url, start, password;
    void (*progress)(void *arg, struct str what, int64_t done, int64_t of); /* requests made; NULL for none */
    void *progress_arg;
    struct demo_login logins[16]; /* filled by demo_load */
    size_t login_count;
    int64_t requests;
};

/* `files` are sorted by name. The sentence of a failure names section and record. */
enum result demo_load(struct demo *demo, const struct asset *files, size_t count) MUST_USE;

#endif
