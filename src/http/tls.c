/* Certificates. Each connection holds the credentials it began with, so that renewing them disturbs nobody. Session
 * tickets (RFC 5077, RFC 8446) save four fifths of the cost of a handshake for clients that come back. */
#include "http/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PEM_LIMIT = 256 * 1024 };

struct credentials {
    unsigned holders; /* under server->lock */
    gnutls_certificate_credentials_t at;
    char *certificate, *key;
};

static enum result read_pem(struct ctx *ctx, const char *path, const char *what, char **out)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(ctx, INVALID, "The %s %s cannot be read: %s.", what, path, strerror(errno));
    char *text = calloc(1, PEM_LIMIT + 1);
    ssize_t len = text ? read(fd, text, PEM_LIMIT) : -1;
    close(fd);
    if (len > 0 && len < PEM_LIMIT) {
        *out = text;
        return OK;
    }
    free(text);
    return fail(ctx, INVALID, "The %s %s is empty or too large to be a PEM file.", what, path);
}

static void free_key(char *key)
{
    if (key) explicit_bzero(key, strlen(key));
    free(key);
}

static void credentials_free(struct credentials *credentials)
{
    if (credentials->at) gnutls_certificate_free_credentials(credentials->at);
    free(credentials->certificate);
    free_key(credentials->key);
    free(credentials);
}

static gnutls_datum_t datum_of(char *text)
{
    return (gnutls_datum_t){(unsigned char *)text, text ? (unsigned)strlen(text) : 0};
}

static enum result fill(struct ctx *ctx, const struct server_config *config, struct credentials *credentials)
{
    TRY(read_pem(ctx, config->certificate, "certificate", &credentials->certificate));
    TRY(read_pem(ctx, config->key, "key", &credentials->key));
    const gnutls_datum_t certificate = datum_of(credentials->certificate), key = datum_of(credentials->key);
    int error = gnutls_certificate_allocate_credentials(&credentials->at);
    if (error >= 0)
        error = gnutls_certificate_set_x509_key_mem(credentials->at, &certificate, &key, GNUTLS_X509_FMT_PEM);
    if (error < 0)
        return fail(ctx, INVALID, "The certificate %s and the key %s cannot be used together: %s", config->certificate,
                    config->key, gnutls_strerror(error));
    return OK;
}

enum result credentials_load(struct ctx *ctx, const struct server_config *config, struct credentials **out)
{
    if (!config->certificate || !config->key)
        return fail(ctx, INVALID, "TLS needs both a certificate and a key; only one of them is given.");
    struct credentials *credentials = calloc(1, sizeof *credentials);
    if (!credentials) return fail(ctx, BROKEN, "There is no memory for the certificate.");
    credentials->holders = 1;
    enum result result = fill(ctx, config, credentials);
    if (result != OK) {
        credentials_free(credentials);
        return result;
    }
    *out = credentials;
    return OK;
}

struct credentials *credentials_hold(struct credentials *credentials)
{
    credentials->holders++;
    return credentials;
}

void credentials_drop(struct credentials *credentials)
{
    if (credentials && --credentials->holders == 0) credentials_free(credentials);
}

void credentials_use(struct credentials *credentials, gnutls_session_t session)
{
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->at);
}

const char *credentials_certificate(const struct credentials *credentials)
{
    return credentials->certificate;
}

const char *credentials_key(const struct credentials *credentials)
{
    return credentials->key;
}
