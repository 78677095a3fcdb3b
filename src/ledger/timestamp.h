/* Time stamps by an authority of the user's choice (RFC 3161; RFC 5816 for certificates named by SHA-256): that bytes
 * existed at a time, said by somebody who is neither the ledger nor its witness. The request is what is sent as
 * application/timestamp-query (section 3.4), the reply is kept as it came, so that "openssl ts -verify" reads it. */
#ifndef MERLON_LEDGER_TIMESTAMP_H
#define MERLON_LEDGER_TIMESTAMP_H

#include "base/ctx.h"

enum { TIMESTAMP_MOST = 64 * 1024 };

/* TimeStampReq (2.4.1) over SHA-256 of the data, with a random nonce, asking for the certificate. DER, in the arena. */
enum result timestamp_ask(struct ctx *ctx, struct str data, struct str *request) MUST_USE;

/* That the TimeStampResp (2.4.2) grants what was requested and is signed by an authority that `ca_file` (PEM) vouches
 * for. *at: its time, ms. INVALID with a sentence when anything does not hold. */
enum result timestamp_check_reply(struct ctx *ctx, struct str request, struct str reply, const char *ca_file,
                                  int64_t *at) MUST_USE;
/* INVALID where the file holds no certificates (PEM). */
enum result timestamp_check_ca(struct ctx *ctx, const char *ca_file) MUST_USE;
/* The same later, from the data alone; the certificates need only have been valid at the time that the stamp gives. */
enum result timestamp_check(struct ctx *ctx, struct str data, struct str reply, const char *ca_file,
                            int64_t *at) MUST_USE;
/* Only that a reply grants a stamp over this data: whose, is not looked at. */
enum result timestamp_fits(struct ctx *ctx, struct str data, struct str reply, int64_t *at) MUST_USE;

#endif
