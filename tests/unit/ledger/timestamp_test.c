/* What an authority is asked (RFC 3161, 2.4.1): read back by the library that authorities are written with. */
#include <openssl/ts.h> /* first: it declares what base/banned.h takes away */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(a_request_asks_for_all_that_a_check_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
