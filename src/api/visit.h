/* Who asks: a browser's session or a token, and the small writes that finding this out brings with it. */
#ifndef MERLON_API_VISIT_H
#define MERLON_API_VISIT_H

#include "api/serve.h"

/* Sets actor, language, session and what is due on the request. DENIED is answered 401, or 403 with CSRF and scopes. */
enum result visit_authenticate(struct request *request, const struct route_rules *rules) MUST_USE;

/* The session's cookie; `ends` makes the browser forget it. */
void visit_set_cookie(struct exchange *x, struct str token, bool ends);

/* Submits a write of "last seen", which nobody waits for; nothing is left to do when it cannot be taken now. */
void visit_touch(const struct api *api, struct access_due due);

/* The answer to a read is ready and its session is to be rotated: a write of that, then the answer with the new
 * cookie. The exchange is the writer's from here on. When the write cannot be taken now, the answer goes without. */
void visit_rotate_and_finish(struct request *request);

#endif
