/* TLS with certificates made for the test: requests, streams, limits, resumed sessions, and renewing the certificate.
 * */
#include "client.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

struct pair_of_files {
    char folder[64], certificate[96], key[96];
};

static void write_file(const char *path, const gnutls_datum_t *pem)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(pem->data, 1, pem->size, file), pem->size);
    fclose(file);
}

/* A self-signed certificate with this serial number. */
static void make_certificate(struct pair_of_files *files, unsigned char serial)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;
    gnutls_x509_privkey_init(&key);
    assert_int_equal(
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_key(certificate, key);
    gnutls_x509_crt_set_serial(certificate, &serial, 1);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 60);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600);
    gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "localhost", 9);
    assert_int_equal(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem);
    write_file(files->certificate, &pem);
    gnutls_free(pem.data);
    gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);
    write_file(files->key, &pem);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

static enum result echo(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    buf_print(&x->out, "tls=%d body=%zu", x->is_tls, x->body.len);
    exchange_finish(x);
    return OK;
}

static enum result pour(struct ctx *ctx, struct exchange *x)
{
    (void)ctx;
    static const char block[10000];
    struct exchange_stream *stream = exchange_stream(x, 200 * (int64_t)sizeof block);
    if (!stream) return OK;
    for (int i = 0; i < 200; i++)
        if (stream_write(stream, (struct str){block, sizeof block}) != OK) break;
    stream_end(stream);
    return OK;
}

static const struct route routes[] = {
    {.method = HTTP_GET, .pattern = "/", .handler = echo, .lane = LANE_LOOP},
    {.method = HTTP_POST, .pattern = "/", .handler = echo, .lane = LANE_WORKER, .body_limit = 100000},
    {.method = HTTP_GET, .pattern = "/pour", .handler = pour, .lane = LANE_WORKER},
};

struct fixture {
    struct pair_of_files files;
    struct wire *wire;
};

static int open_fixture(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct pair_of_files *files = &fixture->files;
    memcpy(files->folder, "/tmp/merlon-tls-XXXXXX", 23);
    assert_non_null(mkdtemp(files->folder));
    snprintf(files->certificate, sizeof files->certificate, "%s/certificate.pem", files->folder);
    snprintf(files->key, sizeof files->key, "%s/key.pem", files->folder);
    make_certificate(files, 1);
    fixture->wire =
        wire_open(routes, COUNT(routes),
                  (struct server_config){.certificate = files->certificate, .key = files->key, .header_ms = 1000});
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    wire_close(fixture->wire);
    unlink(fixture->files.certificate);
    unlink(fixture->files.key);
    rmdir(fixture->files.folder);
    free(fixture);
    return 0;
}

struct client {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

/* before: the session of an earlier connection, to be resumed. */
static struct client connect_tls(const struct wire *wire, const gnutls_datum_t *before)
{
    struct client client = {.fd = wire_connect(wire)};
    gnutls_certificate_allocate_credentials(&client.credentials);
    gnutls_init(&client.session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(client.session);
    gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.credentials);
    gnutls_transport_set_int(client.session, client.fd);
    if (before) gnutls_session_set_data(client.session, before->data, before->size);
    int error;
    do {
        error = gnutls_handshake(client.session);
    } while (error < 0 && !gnutls_error_is_fatal(error));
    assert_int_equal(error, 0);
    return client;
}

static void disconnect(struct client *client)
{
    close(client->fd);
    gnutls_deinit(client->session);
    gnutls_certificate_free_credentials(client->credentials);
}

static ssize_t receive(struct client *client, char *out, size_t room)
{
    ssize_t got;
    do {
        got = gnutls_record_recv(client->session, out, room);
    } while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
    return got;
}

/* The bytes that are still missing of the answer in text; of a long one, as many as there is room for. */
static bool is_incomplete(const char *text_so_far, size_t len, size_t room)
{
    struct str all = {text_so_far, len};
    size_t head, at, end;
    int64_t length = 0;
    if (len == room - 1) return false;
    if (!str_find(all, S("\r\n\r\n"), &head)) return true;
    if (!str_find(all, S("Content-Length: "), &at)) return false;
    struct str rest = str_slice(all, at + 16, len);
    if (!str_find(rest, S("\r\n"), &end) || !parse_number(str_slice(rest, 0, end), &length)) return false;
    return len < head + 4 + (size_t)length;
}

/* The status of the answer; head and body are in out. */
static int ask(struct client *client, const char *request, char *out, size_t room)
{
    size_t len = 0;
    int64_t status = 0;
    if (*request) assert_int_equal(gnutls_record_send(client->session, request, strlen(request)), strlen(request));
    out[0] = 0;
    while (is_incomplete(out, len, room)) {
        ssize_t got = receive(client, out + len, room - 1 - len);
        if (got <= 0) return 0;
        len += (size_t)got;
        out[len] = 0;
    }
    return parse_number(str_slice((struct str){out, len}, 9, 12), &status) ? (int)status : 0;
}

static int serial_of(struct client *client)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(client->session, &count);
    gnutls_x509_crt_t certificate;
    unsigned char serial[32];
    size_t len = sizeof serial;
    assert_true(count >= 1);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER);
    gnutls_x509_crt_get_serial(certificate, serial, &len);
    gnutls_x509_crt_deinit(certificate);
    return serial[0];
}

static char text[64 * 1024];

static void speaks_tls(void **state)
{
    struct fixture *fixture = *state;
    struct client client = connect_tls(fixture->wire, NULL);
    assert_int_equal(gnutls_protocol_get_version(client.session), GNUTLS_TLS1_3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&client, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", text, sizeof text), 200);
        assert_non_null(strstr(text, "tls=1"));
        assert_int_equal(ask(&client, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbody", text, sizeof text),
                         200);
        assert_non_null(strstr(text, "body=4"));
    }
    disconnect(&client);
}

static void streams_over_tls(void **state)
{
    struct fixture *fixture = *state;
    struct client client = connect_tls(fixture->wire, NULL);
    assert_int_equal(ask(&client, "GET /pour HTTP/1.1\r\nHost: t\r\n\r\n", text, sizeof text), 200);
    assert_non_null(strstr(text, "Content-Length: 2000000\r\n"));
    disconnect(&client);
    client = connect_tls(fixture->wire, NULL);
    const char request[] = "GET /pour HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    gnutls_record_send(client.session, request, sizeof request - 1);
    size_t total = 0;
    for (ssize_t got; (got = receive(&client, text, sizeof text)) > 0;) total += (size_t)got;
    assert_in_range(total, 2000000, 2001000);
    disconnect(&client);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char head[] = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n";
    struct client client = connect_tls(fixture->wire, NULL);
    gnutls_record_send(client.session, head, sizeof head - 1);
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 16; i++) gnutls_record_send(client.session, text, 8192);
    assert_int_equal(ask(&client, "", text, sizeof text), 413);
    disconnect(&client);
}

static void sessions_are_resumed(void **state)
{
    struct fixture *fixture = *state;
    gnutls_datum_t session;
    struct client client = connect_tls(fixture->wire, NULL);
    assert_false(gnutls_session_is_resumed(client.session));
    assert_int_equal(ask(&client, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", text, sizeof text), 200);
    assert_int_equal(gnutls_session_get_data2(client.session, &session), 0);
    disconnect(&client);
    client = connect_tls(fixture->wire, &session);
    assert_true(gnutls_session_is_resumed(client.session));
    assert_int_equal(ask(&client, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", text, sizeof text), 200);
    disconnect(&client);
    gnutls_free(session.data);
}

static void a_certificate_is_renewed_without_a_stop(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->wire->ctx;
    struct client old = connect_tls(fixture->wire, NULL);
    assert_int_equal(serial_of(&old), 1);
    make_certificate(&fixture->files, 2);
    assert_int_equal(server_reload_tls(ctx, fixture->wire->server), OK);
    struct client fresh = connect_tls(fixture->wire, NULL);
    assert_int_equal(serial_of(&fresh), 2);
    assert_int_equal(ask(&old, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", text, sizeof text), 200);
    disconnect(&fresh);
    const gnutls_datum_t broken = {(unsigned char *)text, 4};
    memcpy(text, "none", 4);
    write_file(fixture->files.certificate, &broken);
    assert_int_equal(server_reload_tls(ctx, fixture->wire->server), INVALID);
    assert_true(str_find(ctx->error.sentence, S("cannot be used together"), NULL));
    fresh = connect_tls(fixture->wire, NULL);
    assert_int_equal(serial_of(&fresh), 2);
    disconnect(&fresh);
    disconnect(&old);
}

static void plain_and_slow_clients_are_cut(void **state)
{
    struct fixture *fixture = *state;
    int plain = wire_connect(fixture->wire), silent = wire_connect(fixture->wire);
    wire_say(plain, "GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    ssize_t got;
    while ((got = recv(plain, text, sizeof text - 1, 0)) > 0) {
        text[got] = 0;
        assert_null(strstr(text, "HTTP/"));
    }
    assert_true(wire_is_closed(silent));
    close(plain);
    close(silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_tls),
        cmocka_unit_test(streams_over_tls),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(sessions_are_resumed),
        cmocka_unit_test(a_certificate_is_renewed_without_a_stop),
        cmocka_unit_test(plain_and_slow_clients_are_cut),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
