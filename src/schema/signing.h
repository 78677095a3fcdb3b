/* What is signed in each record of a register, once, when it is made (records/signature.h). */
#ifndef MERLON_SCHEMA_SIGNING_H
#define MERLON_SCHEMA_SIGNING_H

/* Names of the register's own fields, but for the first. */
struct signing {
    const char *purpose;                  /* what is signed: "merlon soa v1" */
    const char *bytes;                    /* DATA: what the signature is over, as it is stored */
    const char *sha256, *signature, *key; /* TEXT: of the bytes, over them, and the id of the key */
};

#endif
