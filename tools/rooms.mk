# The rooms of src/ and which rooms each may use: the allow-list that `make check` holds the includes to.
# "uses.X" is read by make and by tools/check-rooms.sh; a room that is not listed may not be included.
# A room stands after those that it uses.
ROOMS := base format http store events schema ledger announce access records registers frameworks report jobs api app

uses.base :=
uses.format := base
uses.http := base
uses.store := base
uses.events := base format store
uses.schema := base format store
uses.ledger := base format store
uses.announce := base store events ledger
uses.access := base format store events schema ledger
uses.records := base format store events schema ledger access
uses.registers := base format schema records
uses.frameworks := base format schema records
uses.report := base format schema records
uses.jobs := base format store events schema ledger access records
uses.api := base format http store events schema ledger announce access records frameworks report jobs
uses.app := base format http store events schema ledger announce access records registers frameworks report jobs api

# reach.X: a room with all that it needs for linking, also what the rooms it uses lean on themselves.
$(foreach room,$(ROOMS),$(eval reach.$(room) := $(sort $(room) $(foreach used,$(uses.$(room)),$(reach.$(used))))))

# Libraries that only the rooms named may include.
only.microhttpd.h := http
only.sqlite3.h := store
only.libpq-fe.h := store
