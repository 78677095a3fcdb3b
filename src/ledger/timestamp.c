/* OpenSSL's TS does the work; what is ours is what must hold: version, imprint, nonce, and a chain up to an authority
 * that the operator has named. Nothing here jumps through OpenSSL's frames: it is handed plain memory. */
#include <openssl/err.h> /* these first: their parameters bear names that base/banned.h poisons */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "ledger/timestamp.h"

#include <sodium.h>

enum { NONCE = 16, IMPRINT = 32 };

static void free_request(void *thing)
{
    TS_REQ_free(thing);
}

static void free_reply(void *thing)
{
    TS_RESP_free(thing);
}

static void free_check(void *thing)
{
    TS_VERIFY_CTX_free(thing);
}

/* ---- asking ---- */

static bool set_imprint(TS_REQ *request, struct str data)
{
    unsigned char hash[IMPRINT];
    crypto_hash_sha256(hash, (const unsigned char *)data.at, data.len);
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    if (algorithm) X509_ALGOR_set_md(algorithm, EVP_sha256());
    bool done = imprint && algorithm && TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
                TS_MSG_IMPRINT_set_msg(imprint, hash, sizeof hash) && TS_REQ_set_msg_imprint(request, imprint);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    return done;
}

static bool set_nonce(TS_REQ *request)
{
    unsigned char bytes[NONCE];
    randombytes_buf(bytes, sizeof bytes);
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    ASN1_INTEGER *nonce = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    bool done = nonce && TS_REQ_set_nonce(request, nonce);
    ASN1_INTEGER_free(nonce);
    BN_free(number);
    return done;
}

enum result timestamp_ask(struct ctx *ctx, struct str data, struct str *out)
{
    TS_REQ *request = TS_REQ_new();
    if (request) arena_defer(ctx->arena, free_request, request);
    bool made = request && TS_REQ_set_version(request, 1) && set_imprint(request, data) && set_nonce(request) &&
                TS_REQ_set_cert_req(request, 1);
    int len = made ? i2d_TS_REQ(request, NULL) : -1;
    if (len <= 0) return fail(ctx, BROKEN, "The cryptographic library makes no request for a time stamp.");
    unsigned char *bytes = arena_alloc(ctx->arena, (size_t)len), *end = bytes;
    i2d_TS_REQ(request, &end);
    *out = (struct str){(const char *)bytes, (size_t)len};
    return OK;
}

/* ---- checking ---- */

static enum result not_right(struct ctx *ctx)
{
    char text[256] = "no reason is given";
    unsigned long code = ERR_peek_last_error();
    if (code) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return fail(ctx, INVALID, "The time stamp does not hold: %s.", text);
}

static enum result read_reply(struct ctx *ctx, struct str bytes, TS_RESP **reply)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    *reply = bytes.len && bytes.len <= TIMESTAMP_MOST ? d2i_TS_RESP(NULL, &at, (long)bytes.len) : NULL;
    ERR_clear_error();
    if (!*reply) return fail(ctx, INVALID, "This is no reply of a time-stamp authority (RFC 3161).");
    arena_defer(ctx->arena, free_reply, *reply);
    if (at != (const unsigned char *)bytes.at + bytes.len)
        return fail(ctx, INVALID, "This is no reply of a time-stamp authority (RFC 3161).");
    return OK;
}

static enum result no_certificates(struct ctx *ctx, const char *ca_file)
{
    ERR_clear_error();
    return fail(ctx, INVALID, "The file %s holds no certificates (PEM) that vouch for a time-stamp authority.",
                ca_file);
}

enum result timestamp_check_ca(struct ctx *ctx, const char *ca_file)
{
    X509_STORE *store = X509_STORE_new();
    bool good = store && X509_STORE_load_file(store, ca_file);
    X509_STORE_free(store);
    return good ? OK : no_certificates(ctx, ca_file);
}

/* Takes the store over. `at` is the instant at which the certificates are to be valid. */
static enum result trust(struct ctx *ctx, TS_VERIFY_CTX *check, const char *ca_file, int64_t at)
{
    X509_STORE *store = X509_STORE_new();
    if (store) TS_VERIFY_CTX_set_store(check, store);
    if (store) X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)(at / 1000));
    if (store && X509_STORE_load_file(store, ca_file)) return OK;
    return no_certificates(ctx, ca_file);
}

static enum result time_of(struct ctx *ctx, TS_RESP *reply, int64_t *at)
{
    struct tm parts;
    TS_TST_INFO *info = TS_RESP_get_tst_info(reply);
    const ASN1_GENERALIZEDTIME *time = info ? TS_TST_INFO_get_time(info) : NULL;
    if (!time || !ASN1_TIME_to_tm(time, &parts)) return not_right(ctx);
    *at = (int64_t)timegm(&parts) * 1000;
    return OK;
}

static enum result holds(struct ctx *ctx, TS_VERIFY_CTX *check, TS_RESP *reply, int64_t *at)
{
    ERR_clear_error();
    if (TS_RESP_verify_response(check, reply) != 1) return not_right(ctx);
    return time_of(ctx, reply, at);
}

static enum result new_check(struct ctx *ctx, TS_VERIFY_CTX **made)
{
    *made = TS_VERIFY_CTX_new();
    if (!*made) return fail(ctx, BROKEN, "There is no memory to check a time stamp.");
    arena_defer(ctx->arena, free_check, *made);
    return OK;
}

enum result timestamp_check_reply(struct ctx *ctx, struct str request, struct str reply, const char *ca_file,
                                  int64_t *at)
{
    TS_VERIFY_CTX *made;
    const unsigned char *bytes = (const unsigned char *)request.at;
    TRY(new_check(ctx, &made));
    TS_REQ *asked = d2i_TS_REQ(NULL, &bytes, (long)request.len);
    if (!asked) return not_right(ctx);
    arena_defer(ctx->arena, free_request, asked);
    if (!TS_REQ_to_TS_VERIFY_CTX(asked, made)) return not_right(ctx);
    TS_VERIFY_CTX_add_flags(made, TS_VFY_SIGNATURE);
    TS_RESP *answer;
    TRY(read_reply(ctx, reply, &answer));
    int64_t said = 0;
    TRY(time_of(ctx, answer, &said)); /* as it will be checked ever after */
    TRY(trust(ctx, made, ca_file, said));
    return holds(ctx, made, answer, at);
}

static enum result new_check_of(struct ctx *ctx, struct str data, int flags, TS_VERIFY_CTX **made)
{
    TRY(new_check(ctx, made));
    BIO *bytes = BIO_new_mem_buf(data.at, (int)data.len);
    if (!bytes) return fail(ctx, BROKEN, "There is no memory to check a time stamp.");
    TS_VERIFY_CTX_set_data(*made, bytes); /* which frees it */
    TS_VERIFY_CTX_set_flags(*made, TS_VFY_VERSION | TS_VFY_DATA | flags);
    return OK;
}

enum result timestamp_check(struct ctx *ctx, struct str data, struct str reply, const char *ca_file, int64_t *at)
{
    TS_VERIFY_CTX *made;
    TS_RESP *answer;
    int64_t said = 0;
    TRY(new_check_of(ctx, data, TS_VFY_SIGNATURE, &made));
    TRY(read_reply(ctx, reply, &answer));
    TRY(time_of(ctx, answer, &said));
    TRY(trust(ctx, made, ca_file, said));
    return holds(ctx, made, answer, at);
}

enum result timestamp_fits(struct ctx *ctx, struct str data, struct str reply, int64_t *at)
{
    TS_VERIFY_CTX *made;
    TS_RESP *answer;
    TRY(new_check_of(ctx, data, 0, &made));
    TRY(read_reply(ctx, reply, &answer));
    return holds(ctx, made, answer, at);
}
