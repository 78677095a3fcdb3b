/* A page has few users and many rows. */
#include "access/names.h"

#include "access/users.h"

enum result name_of(struct ctx *ctx, struct names *names, int64_t user, struct str *name)
{
    *name = S("Merlon");
    if (!user) return OK;
    for (size_t i = 0; i < names->count && i < COUNT(names->at); i++) {
        if (names->at[i].user != user) continue;
        *name = names->at[i].name;
        return OK;
    }
    TRY(user_name(ctx, user, name));
    size_t place = names->count++ % COUNT(names->at);
    names->at[place].user = user;
    names->at[place].name = *name;
    return OK;
}
