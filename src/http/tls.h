/* Certificates and keys. The count of holders is under server->lock. */
#ifndef MERLON_HTTP_TLS_H
#define MERLON_HTTP_TLS_H

#include "http/server.h"

#include <gnutls/gnutls.h>

struct credentials;

enum result credentials_load(struct ctx *ctx, const struct server_config *config, struct credentials **out) MUST_USE;
struct credentials *credentials_hold(struct credentials *credentials);
void credentials_drop(struct credentials *credentials);
void credentials_use(struct credentials *credentials, gnutls_session_t session);
const char *credentials_certificate(const struct credentials *credentials); /* PEM, terminated */
const char *credentials_key(const struct credentials *credentials);

#endif
