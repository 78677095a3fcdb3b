/* A pull reader of XML as far as office documents need it: elements, attributes, text, CDATA. It refuses document type
 * declarations, so that there are no entities but the five of XML and characters by number. UTF-8 only. Prefixes of
 * names are dropped. Reads from a source in pieces; what a token holds is valid until the next call. */
#ifndef MERLON_FORMAT_XML_H
#define MERLON_FORMAT_XML_H

#include "base/arena.h"

enum xml_token { XML_OPEN, XML_TEXT, XML_CLOSE, XML_END, XML_BAD };

enum { XML_DEPTH = 64, XML_ATTRIBUTES = 64, XML_LONGEST = 4 * 1024 * 1024 };

struct xml_attribute {
    struct str name, value;
};

/* Puts up to `room` bytes at `out`: how many, 0 at the end, -1 when it fails. */
typedef int64_t xml_fill(void *source, char *out, size_t room);

struct xml_reader {
    enum xml_token token;
    struct str name; /* XML_OPEN, XML_CLOSE: without prefix */
    struct str text; /* XML_TEXT: entities decoded; may be white space only */
    struct xml_attribute attributes[XML_ATTRIBUTES];
    size_t attribute_count;
    int depth;           /* of open elements, the one of an XML_OPEN or XML_CLOSE included */
    const char *problem; /* after XML_BAD: half a sentence */

    xml_fill *fill;
    void *source;
    struct arena *arena;
    char *buffer;
    size_t at, len, room;
    bool at_end, close_pending, closed;
    uint64_t open[XML_DEPTH]; /* hashes of the full names of open elements */
};

struct xml_reader xml_open(struct arena *arena, xml_fill *fill, void *source);

/* An empty element gives XML_OPEN and XML_CLOSE. After XML_END and XML_BAD, every call returns the same. */
enum xml_token xml_next(struct xml_reader *xml);

/* The value of an attribute of the newest XML_OPEN, or the empty string. */
struct str xml_attribute(const struct xml_reader *xml, const char *name);

#endif
