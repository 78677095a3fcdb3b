/* What the files of the Statement of Applicability share. */
#ifndef MERLON_REGISTERS_COMPLIANCE_SOA_SNAPSHOT_H
#define MERLON_REGISTERS_COMPLIANCE_SOA_SNAPSHOT_H

#include "records/records.h"

/* A new line of this SoA for this requirement, applicable, without a reason yet. */
enum result soa_line_fill(struct record *line, const struct record *soa, const struct record *requirement) MUST_USE;

/* Does the requirement get a line in a Statement of Applicability? */
bool soa_wants_line(const struct record *requirement);

/* More lines are there than before, or fewer: said by whatever makes or removes one (struct composition). */
void soa_count_lines(struct record *soa, int64_t more);

/* An approved version: the SoA with all its lines as JSON, its SHA-256 and an Ed25519 signature by the ledger's key
 * over canonical_signature of "merlon soa v1" (ledger/canonical.h). */
enum result soa_version_make(struct ctx *ctx, const struct record *soa, int64_t edition) MUST_USE;

#endif
