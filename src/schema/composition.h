/* Records of another register of which one of this register consists, as a Statement of Applicability does of its
 * lines: they are judged and signed with it (records/entered.h). */
#ifndef MERLON_SCHEMA_COMPOSITION_H
#define MERLON_SCHEMA_COMPOSITION_H

struct composition {
    const char *of;   /* the register of the parts */
    const char *link; /* its LINK to the whole */
    /* NUMBER, DERIVED, of the whole: how many parts there are. Kept by what adds or removes one, and never counted
     * anew: so a row that was taken away shows. */
    const char *count;
};

#endif
