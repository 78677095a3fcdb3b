# The rooms of src/ and which rooms each may use: the allow-list that `make check` holds the includes to.
# "uses.X" is read by make and by tools/check-rooms; a room that is not listed may not be included.
ROOMS := base format http store schema ledger access records registers frameworks report jobs api app

uses.base :=
uses.format := base
uses.http := base
uses.store := base
uses.schema := base format store
uses.ledger := base format store
uses.access := base format store schema ledger
uses.records := base format store schema ledger access
uses.registers := base format schema records
uses.frameworks := base format schema records
uses.report := base format schema records
uses.jobs := base format store schema ledger access records
uses.api := base format http store schema ledger access records frameworks report jobs
uses.app := base format http store schema ledger access records registers frameworks report jobs api

# A room with all it may use, for linking its tests.
reach = $(sort $1 $(uses.$1))
