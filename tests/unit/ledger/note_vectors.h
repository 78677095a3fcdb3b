/* A checkpoint of a log with the cosignatures of two witnesses, made with Node's crypto from the specifications alone:
 * Ed25519 keys from 32 bytes of 01 (log), 02, 03 and 04 (witnesses), the root is SHA-256("root"). */
#ifndef MERLON_TEST_LEDGER_NOTE_VECTORS_H
#define MERLON_TEST_LEDGER_NOTE_VECTORS_H

#define ORIGIN "merlon/0123456789abcdef"
#define LOG_VKEY ORIGIN "+befef4c9+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
#define W1_VKEY "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
#define W2_VKEY "witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"
#define W3_VKEY "witness.example/w3+82b2b688+BMqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58"

#define NOTE_BODY ORIGIN "\n20852163\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\nmerlon-time 1679315147123\n"
#define LOG_LINE                                                                                                       \
    "\xe2\x80\x94 " ORIGIN                                                                                             \
    " vv70yflKPb90Vbn7C0Nm0oxt6JclIYFoMMzIDs82CDXY9P7mOKkRKf3n0fiQDQUIcc52j/8SF+7DU+CVoqBrTk42rgY=\n"
#define W1_LINE                                                                                                        \
    "\xe2\x80\x94 witness.example/w1 "                                                                                 \
    "3xwKNQAAAABkGFDLRWYsxME2mGqK3ez4Yo6CWzB4phcs13/9V61fo2ToYvu8122GD7bRD/qWSbMXVemC+XC3cSaZ5nKp/WR82saFBQ==\n"
#define W2_LINE                                                                                                        \
    "\xe2\x80\x94 witness.example/w2 "                                                                                 \
    "v/8odAAAAABkGFDLnxgdI6hCyQ0gIsktINrpeG9tVtdpv5nVgkAvxLSHhM7YKEZXorS3p3yNOrFhpZejKJtsEgJZ8iEJ34wYH7hqAA==\n"
#define WHOLE_NOTE NOTE_BODY "\n" LOG_LINE W1_LINE W2_LINE
#define COSIGNED_AT 1679315147000

#endif
