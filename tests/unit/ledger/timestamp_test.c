/* What an authority is asked (RFC 3161, 2.4.1), and how its answer is checked: an authority of the test's own, by the
 * library that authorities are written with. */
#include <openssl/ts.h> /* first: it declares what base/banned.h takes away */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ledger/fixture.h"

#include "ledger/timestamp.h"

#include <sodium.h>

static TS_REQ *read_request(struct str bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    TS_REQ *request = d2i_TS_REQ(NULL, &at, (long)bytes.len);
    assert_non_null(request);
    return request;
}

static void a_request_asks_for_all_that_a_check_needs(void **state)
{
    FIXTURE(f);
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct str bytes, again;
    expect_ok(&f->ctx, timestamp_ask(&f->ctx, S("a head"), &bytes));
    expect_ok(&f->ctx, timestamp_ask(&f->ctx, S("a head"), &again));
    TS_REQ *request = read_request(bytes), *other = read_request(again);
    assert_int_equal(TS_REQ_get_version(request), 1);
    assert_true(TS_REQ_get_cert_req(request)); /* without its certificate nobody could check the token in ten years */
    ASN1_OCTET_STRING *imprint = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(request));
    crypto_hash_sha256(hash, (const unsigned char *)"a head", strlen("a head"));
    assert_int_equal(ASN1_STRING_length(imprint), sizeof hash);
    assert_memory_equal(ASN1_STRING_get0_data(imprint), hash, sizeof hash);
    assert_non_null(TS_REQ_get_nonce(request));
    assert_int_not_equal(ASN1_INTEGER_cmp(TS_REQ_get_nonce(request), TS_REQ_get_nonce(other)), 0);
    TS_REQ_free(request);
    TS_REQ_free(other);
}

/* ---- an authority whose certificate has run out ---- */

enum { OPENED = 1577836800, CLOSED = OPENED + 86400 }; /* 2020-01-01, a day long */

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    TS_RESP_CTX *answers;
};

static X509_EXTENSION *for_time_stamps(void)
{
    return X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "critical,timeStamping");
}

static X509 *certify(EVP_PKEY *key)
{
    X509 *made = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    X509_EXTENSION *usage = for_time_stamps();
    assert_int_equal(X509_set_version(made, 2), 1);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 7);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), OPENED));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), CLOSED));
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"A clock of 2020", -1, -1, 0);
    assert_int_equal(X509_set_issuer_name(made, name), 1);
    assert_int_equal(X509_set_pubkey(made, key), 1);
    assert_int_equal(X509_add_ext(made, usage, -1), 1);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    X509_EXTENSION_free(usage);
    return made;
}

static ASN1_INTEGER *number_it(TS_RESP_CTX *answers, void *arg)
{
    (void)answers;
    (void)arg;
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ASN1_INTEGER_set(serial, 1);
    return serial;
}

static int tell_time(TS_RESP_CTX *answers, void *arg, long *seconds, long *micros)
{
    (void)answers;
    *seconds = *(const long *)arg;
    *micros = 0;
    return 1;
}

static struct authority open_authority(long *at)
{
    struct authority made = {.key = EVP_EC_gen("P-256"), .answers = TS_RESP_CTX_new()};
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
    made.certificate = certify(made.key);
    assert_int_equal(TS_RESP_CTX_set_signer_cert(made.answers, made.certificate), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_key(made.answers, made.key), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_digest(made.answers, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_set_def_policy(made.answers, policy), 1);
    assert_int_equal(TS_RESP_CTX_add_md(made.answers, EVP_sha256()), 1);
    TS_RESP_CTX_set_serial_cb(made.answers, number_it, NULL);
    TS_RESP_CTX_set_time_cb(made.answers, tell_time, at);
    ASN1_OBJECT_free(policy);
    return made;
}

static void close_authority(struct authority *authority)
{
    TS_RESP_CTX_free(authority->answers);
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
}

static struct str answer(struct fixture *f, const struct authority *authority, struct str asked)
{
    BIO *question = BIO_new_mem_buf(asked.at, (int)asked.len);
    TS_RESP *reply = TS_RESP_create_response(authority->answers, question);
    unsigned char *bytes = NULL;
    int size = i2d_TS_RESP(reply, &bytes);
    assert_true(size > 0);
    struct str copy = arena_copy(f->ctx.arena, (struct str){(const char *)bytes, (size_t)size});
    OPENSSL_free(bytes);
    TS_RESP_free(reply);
    BIO_free(question);
    return copy;
}

static const char *trusted(struct fixture *f, const struct authority *authority)
{
    const char *path = arena_print(f->ctx.arena, "%s/authority.pem", f->directory).at;
    BIO *file = BIO_new_file(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_bio_X509(file, authority->certificate), 1);
    BIO_free(file);
    return path;
}

/* On receipt as ever after: certificates are to be valid when the stamp was made, not when somebody looks. */
static void a_stamp_is_checked_by_its_own_time(void **state)
{
    static const struct {
        long at;
        enum result result;
    } stamps[] = {{OPENED + 60, OK}, {OPENED - 60, INVALID}, {CLOSED + 60, INVALID}};
    FIXTURE(f);
    long now = 0;
    struct authority authority = open_authority(&now);
    const char *ca = trusted(f, &authority);
    for (size_t i = 0; i < COUNT(stamps); i++) {
        struct str asked;
        int64_t at = 0;
        now = stamps[i].at;
        expect_ok(&f->ctx, timestamp_ask(&f->ctx, S("a head"), &asked));
        struct str reply = answer(f, &authority, asked);
        assert_int_equal(timestamp_check_reply(&f->ctx, asked, reply, ca, &at), stamps[i].result);
        assert_int_equal(timestamp_check(&f->ctx, S("a head"), reply, ca, &at), stamps[i].result);
        ctx_clear_error(&f->ctx);
        if (stamps[i].result == OK) assert_int_equal(at, INT64_C(1000) * now);
    }
    unlink(ca);
    close_authority(&authority);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(a_request_asks_for_all_that_a_check_needs),
        ON_SQLITE(a_stamp_is_checked_by_its_own_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
