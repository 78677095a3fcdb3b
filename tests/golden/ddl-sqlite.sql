CREATE TABLE "acceptance" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "risk" INTEGER REFERENCES "risk" ("id"),
    "reason" TEXT,
    "expires_on" TEXT,
    "level" TEXT,
    "approved_by" INTEGER,
    "approved_on" TEXT
) STRICT;
CREATE INDEX "acceptance_unit_index" ON "acceptance" ("unit");
CREATE INDEX "acceptance_owner_index" ON "acceptance" ("owner");
CREATE INDEX "acceptance_status_index" ON "acceptance" ("status");
CREATE INDEX "acceptance_risk_index" ON "acceptance" ("risk");
CREATE INDEX "acceptance_expires_on_index" ON "acceptance" ("expires_on");
CREATE TABLE "asset" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "kind" TEXT,
    "description" TEXT,
    "classification" INTEGER REFERENCES "classification" ("id"),
    "product_version" TEXT,
    "supplier" TEXT,
    "location" TEXT,
    "depends_on" TEXT NOT NULL DEFAULT '[]',
    "confidentiality" INTEGER,
    "integrity" INTEGER,
    "availability" INTEGER,
    "need_confidentiality" INTEGER,
    "need_integrity" INTEGER,
    "need_availability" INTEGER
) STRICT;
CREATE INDEX "asset_unit_index" ON "asset" ("unit");
CREATE INDEX "asset_owner_index" ON "asset" ("owner");
CREATE INDEX "asset_status_index" ON "asset" ("status");
CREATE INDEX "asset_title_index" ON "asset" ("title");
CREATE INDEX "asset_classification_index" ON "asset" ("classification");
CREATE TABLE "classification" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "rank" INTEGER,
    "description" TEXT,
    "handling" TEXT
) STRICT;
CREATE INDEX "classification_unit_index" ON "classification" ("unit");
CREATE INDEX "classification_owner_index" ON "classification" ("owner");
CREATE INDEX "classification_status_index" ON "classification" ("status");
CREATE UNIQUE INDEX "classification_title_live_unique" ON "classification" ("title") WHERE "deleted_at" IS NULL;
CREATE TABLE "comment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "subject" TEXT,
    "text" TEXT,
    "mentions" TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX "comment_unit_index" ON "comment" ("unit");
CREATE INDEX "comment_owner_index" ON "comment" ("owner");
CREATE INDEX "comment_status_index" ON "comment" ("status");
CREATE INDEX "comment_subject_index" ON "comment" ("subject");
CREATE TABLE "control" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "description" TEXT,
    "category" TEXT,
    "requirements" TEXT NOT NULL DEFAULT '[]',
    "planned_for" TEXT,
    "test_interval" INTEGER,
    "last_test" TEXT,
    "last_tested_on" TEXT,
    "test_note" TEXT,
    "test_due_on" TEXT,
    "implementation" TEXT
) STRICT;
CREATE INDEX "control_unit_index" ON "control" ("unit");
CREATE INDEX "control_owner_index" ON "control" ("owner");
CREATE INDEX "control_status_index" ON "control" ("status");
CREATE INDEX "control_test_due_on_index" ON "control" ("test_due_on");
CREATE INDEX "control_implementation_index" ON "control" ("implementation");
CREATE TABLE "evidence" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "supports" TEXT NOT NULL DEFAULT '[]',
    "source" TEXT,
    "grade" TEXT,
    "collector" INTEGER REFERENCES "person" ("id"),
    "period_from" TEXT,
    "period_to" TEXT,
    "expires_on" TEXT,
    "note" TEXT,
    "replaces" INTEGER REFERENCES "evidence" ("id"),
    "file_name" TEXT,
    "file_type" TEXT,
    "file_size" INTEGER,
    "sha256" TEXT,
    "blob" INTEGER
) STRICT;
CREATE INDEX "evidence_unit_index" ON "evidence" ("unit");
CREATE INDEX "evidence_owner_index" ON "evidence" ("owner");
CREATE INDEX "evidence_status_index" ON "evidence" ("status");
CREATE INDEX "evidence_collector_index" ON "evidence" ("collector");
CREATE INDEX "evidence_expires_on_index" ON "evidence" ("expires_on");
CREATE INDEX "evidence_replaces_index" ON "evidence" ("replaces");
CREATE TABLE "framework" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "key" TEXT,
    "edition" TEXT,
    "publisher" TEXT,
    "licence" TEXT,
    "description" TEXT
) STRICT;
CREATE INDEX "framework_unit_index" ON "framework" ("unit");
CREATE INDEX "framework_owner_index" ON "framework" ("owner");
CREATE INDEX "framework_status_index" ON "framework" ("status");
CREATE UNIQUE INDEX "framework_key_live_unique" ON "framework" ("key") WHERE "deleted_at" IS NULL;
CREATE TABLE "methodology" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "edition" INTEGER,
    "scales" TEXT NOT NULL DEFAULT '{}',
    "description" TEXT,
    "replaces" INTEGER REFERENCES "methodology" ("id"),
    "approved_by" INTEGER,
    "approved_on" TEXT
) STRICT;
CREATE INDEX "methodology_unit_index" ON "methodology" ("unit");
CREATE INDEX "methodology_owner_index" ON "methodology" ("owner");
CREATE INDEX "methodology_status_index" ON "methodology" ("status");
CREATE INDEX "methodology_replaces_index" ON "methodology" ("replaces");
CREATE TABLE "notification" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "subject" TEXT,
    "topic" TEXT
) STRICT;
CREATE INDEX "notification_unit_index" ON "notification" ("unit");
CREATE INDEX "notification_owner_index" ON "notification" ("owner");
CREATE INDEX "notification_status_index" ON "notification" ("status");
CREATE TABLE "obligation" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "kind" TEXT,
    "description" TEXT,
    "party" TEXT,
    "source" TEXT,
    "in_force_from" TEXT,
    "review_on" TEXT
) STRICT;
CREATE INDEX "obligation_unit_index" ON "obligation" ("unit");
CREATE INDEX "obligation_owner_index" ON "obligation" ("owner");
CREATE INDEX "obligation_status_index" ON "obligation" ("status");
CREATE TABLE "person" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "name" TEXT,
    "email" TEXT,
    "job" TEXT,
    "phone" TEXT,
    "deputy" INTEGER REFERENCES "person" ("id")
) STRICT;
CREATE INDEX "person_unit_index" ON "person" ("unit");
CREATE INDEX "person_owner_index" ON "person" ("owner");
CREATE INDEX "person_status_index" ON "person" ("status");
CREATE UNIQUE INDEX "person_email_live_unique" ON "person" ("email") WHERE "deleted_at" IS NULL;
CREATE INDEX "person_deputy_index" ON "person" ("deputy");
CREATE TABLE "requirement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "identifier" TEXT,
    "framework" INTEGER REFERENCES "framework" ("id"),
    "parent" INTEGER REFERENCES "requirement" ("id"),
    "position" INTEGER,
    "assessable" INTEGER,
    "reference_list" INTEGER,
    "withdrawn" INTEGER,
    "text" TEXT,
    "guidance" TEXT,
    "attributes" TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX "requirement_unit_index" ON "requirement" ("unit");
CREATE INDEX "requirement_owner_index" ON "requirement" ("owner");
CREATE INDEX "requirement_status_index" ON "requirement" ("status");
CREATE INDEX "requirement_identifier_index" ON "requirement" ("identifier");
CREATE INDEX "requirement_framework_index" ON "requirement" ("framework");
CREATE INDEX "requirement_parent_index" ON "requirement" ("parent");
CREATE INDEX "requirement_position_index" ON "requirement" ("position");
CREATE TABLE "risk" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "description" TEXT,
    "kind" TEXT,
    "assessment" INTEGER REFERENCES "risk_assessment" ("id"),
    "assets" TEXT NOT NULL DEFAULT '[]',
    "threats" TEXT NOT NULL DEFAULT '[]',
    "vulnerabilities" TEXT,
    "controls" TEXT NOT NULL DEFAULT '[]',
    "inherent_likelihood" INTEGER,
    "inherent_consequences" TEXT NOT NULL DEFAULT '{}',
    "inherent_reason" TEXT,
    "inherent_consequence" INTEGER,
    "inherent_level" TEXT,
    "inherent_rank" INTEGER,
    "current_likelihood" INTEGER,
    "current_consequences" TEXT NOT NULL DEFAULT '{}',
    "current_reason" TEXT,
    "current_consequence" INTEGER,
    "current_level" TEXT,
    "current_rank" INTEGER,
    "target_likelihood" INTEGER,
    "target_consequences" TEXT NOT NULL DEFAULT '{}',
    "target_reason" TEXT,
    "target_consequence" INTEGER,
    "target_level" TEXT,
    "target_rank" INTEGER,
    "treatment" TEXT,
    "treatment_reason" TEXT,
    "appetite" TEXT,
    "attention" TEXT,
    "review_on" TEXT
) STRICT;
CREATE INDEX "risk_unit_index" ON "risk" ("unit");
CREATE INDEX "risk_owner_index" ON "risk" ("owner");
CREATE INDEX "risk_status_index" ON "risk" ("status");
CREATE INDEX "risk_title_index" ON "risk" ("title");
CREATE INDEX "risk_assessment_index" ON "risk" ("assessment");
CREATE INDEX "risk_current_rank_index" ON "risk" ("current_rank");
CREATE INDEX "risk_attention_index" ON "risk" ("attention");
CREATE TABLE "risk_assessment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "methodology" INTEGER REFERENCES "methodology" ("id"),
    "scope" TEXT,
    "started_on" TEXT,
    "completed_on" TEXT
) STRICT;
CREATE INDEX "risk_assessment_unit_index" ON "risk_assessment" ("unit");
CREATE INDEX "risk_assessment_owner_index" ON "risk_assessment" ("owner");
CREATE INDEX "risk_assessment_status_index" ON "risk_assessment" ("status");
CREATE INDEX "risk_assessment_methodology_index" ON "risk_assessment" ("methodology");
CREATE TABLE "saved_view" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "register" TEXT,
    "query" TEXT
) STRICT;
CREATE INDEX "saved_view_unit_index" ON "saved_view" ("unit");
CREATE INDEX "saved_view_owner_index" ON "saved_view" ("owner");
CREATE INDEX "saved_view_status_index" ON "saved_view" ("status");
CREATE INDEX "saved_view_register_index" ON "saved_view" ("register");
CREATE TABLE "soa" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "framework" INTEGER REFERENCES "framework" ("id"),
    "scope" TEXT,
    "submitted_by" INTEGER,
    "submitted_on" TEXT,
    "approved_by" INTEGER,
    "approved_on" TEXT,
    "edition" INTEGER,
    "lines" INTEGER,
    "lines_open" INTEGER
) STRICT;
CREATE INDEX "soa_unit_index" ON "soa" ("unit");
CREATE INDEX "soa_owner_index" ON "soa" ("owner");
CREATE INDEX "soa_status_index" ON "soa" ("status");
CREATE INDEX "soa_framework_index" ON "soa" ("framework");
CREATE TABLE "soa_line" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "soa" INTEGER REFERENCES "soa" ("id"),
    "requirement" INTEGER REFERENCES "requirement" ("id"),
    "position" INTEGER,
    "applicable" INTEGER,
    "reasons" TEXT NOT NULL DEFAULT '[]',
    "good_practice" INTEGER,
    "justification" TEXT,
    "controls" TEXT NOT NULL DEFAULT '[]',
    "implementation" TEXT,
    "open" INTEGER
) STRICT;
CREATE INDEX "soa_line_unit_index" ON "soa_line" ("unit");
CREATE INDEX "soa_line_owner_index" ON "soa_line" ("owner");
CREATE INDEX "soa_line_status_index" ON "soa_line" ("status");
CREATE INDEX "soa_line_soa_index" ON "soa_line" ("soa");
CREATE INDEX "soa_line_requirement_index" ON "soa_line" ("requirement");
CREATE INDEX "soa_line_position_index" ON "soa_line" ("position");
CREATE INDEX "soa_line_implementation_index" ON "soa_line" ("implementation");
CREATE TABLE "soa_version" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "soa" INTEGER REFERENCES "soa" ("id"),
    "edition" INTEGER,
    "approved_by" INTEGER,
    "approved_on" TEXT,
    "sha256" TEXT,
    "signature" TEXT,
    "key" TEXT,
    "snapshot" TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX "soa_version_unit_index" ON "soa_version" ("unit");
CREATE INDEX "soa_version_owner_index" ON "soa_version" ("owner");
CREATE INDEX "soa_version_status_index" ON "soa_version" ("status");
CREATE INDEX "soa_version_soa_index" ON "soa_version" ("soa");
CREATE TABLE "task" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "subject" TEXT,
    "description" TEXT,
    "due_on" TEXT
) STRICT;
CREATE INDEX "task_unit_index" ON "task" ("unit");
CREATE INDEX "task_owner_index" ON "task" ("owner");
CREATE INDEX "task_status_index" ON "task" ("status");
CREATE INDEX "task_due_on_index" ON "task" ("due_on");
CREATE TABLE "threat" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "category" TEXT,
    "description" TEXT
) STRICT;
CREATE INDEX "threat_unit_index" ON "threat" ("unit");
CREATE INDEX "threat_owner_index" ON "threat" ("owner");
CREATE INDEX "threat_status_index" ON "threat" ("status");
CREATE TABLE "treatment_action" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "risk" INTEGER REFERENCES "risk" ("id"),
    "description" TEXT,
    "controls" TEXT NOT NULL DEFAULT '[]',
    "due_on" TEXT,
    "done_on" TEXT,
    "done_by" INTEGER,
    "result" TEXT
) STRICT;
CREATE INDEX "treatment_action_unit_index" ON "treatment_action" ("unit");
CREATE INDEX "treatment_action_owner_index" ON "treatment_action" ("owner");
CREATE INDEX "treatment_action_status_index" ON "treatment_action" ("status");
CREATE INDEX "treatment_action_risk_index" ON "treatment_action" ("risk");
CREATE INDEX "treatment_action_due_on_index" ON "treatment_action" ("due_on");
CREATE TABLE "unit" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "unit" INTEGER REFERENCES "unit" ("id"),
    "owner" INTEGER REFERENCES "person" ("id"),
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" INTEGER,
    "changed_at" INTEGER NOT NULL,
    "changed_by" INTEGER,
    "deleted_at" INTEGER,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "custom" TEXT NOT NULL DEFAULT '{}',
    "title" TEXT,
    "kind" TEXT,
    "parent" INTEGER REFERENCES "unit" ("id"),
    "description" TEXT,
    "timezone" TEXT
) STRICT;
CREATE INDEX "unit_unit_index" ON "unit" ("unit");
CREATE INDEX "unit_owner_index" ON "unit" ("owner");
CREATE INDEX "unit_status_index" ON "unit" ("status");
CREATE INDEX "unit_parent_index" ON "unit" ("parent");
CREATE TABLE "blob" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "size" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "key" BLOB NOT NULL,
    "header" BLOB NOT NULL
) STRICT;
CREATE INDEX "blob_sha256_index" ON "blob" ("sha256");
CREATE TABLE "blob_chunk" (
    "blob" INTEGER NOT NULL REFERENCES "blob" ("id"),
    "part" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    PRIMARY KEY ("blob", "part")
) STRICT;
CREATE TABLE "meta" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "mac" BLOB,
    PRIMARY KEY ("name")
) STRICT;
CREATE TABLE "security_event" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "at" INTEGER NOT NULL,
    "node" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "actor" INTEGER,
    "account" TEXT,
    "address" TEXT,
    "request" TEXT,
    "subject" TEXT,
    "record" INTEGER,
    "detail" TEXT,
    "times" INTEGER NOT NULL DEFAULT 1,
    "previous" BLOB NOT NULL,
    "previous_at" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX "security_event_mac_unique" ON "security_event" ("mac");
CREATE INDEX "security_event_time" ON "security_event" ("at", "id");
CREATE INDEX "security_event_kind" ON "security_event" ("kind", "at", "id");
CREATE INDEX "security_event_actor" ON "security_event" ("actor", "at", "id") WHERE "actor" IS NOT NULL;
CREATE INDEX "security_event_account" ON "security_event" ("account", "at", "id") WHERE "account" IS NOT NULL;
CREATE INDEX "security_event_address" ON "security_event" ("address", "at", "id") WHERE "address" IS NOT NULL;
CREATE INDEX "security_event_subject" ON "security_event" ("subject", "record", "at", "id") WHERE "subject" IS NOT NULL;
CREATE TRIGGER "security_event_no_UPDATE" BEFORE UPDATE ON "security_event"
BEGIN SELECT RAISE(ABORT, 'The table security_event only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "security_event_no_DELETE" BEFORE DELETE ON "security_event"
WHEN OLD."at" > (unixepoch() - 30 * 86400) * 1000
BEGIN SELECT RAISE(ABORT, 'The table security_event only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_entry" (
    "id" INTEGER PRIMARY KEY CHECK ("id" > 0 AND "id" < 9007199254740992),
    "at" INTEGER NOT NULL,
    "actor" INTEGER NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "record" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "state_size" INTEGER NOT NULL,
    "content_hash" BLOB
) STRICT;
CREATE INDEX "ledger_entry_record" ON "ledger_entry" ("subject", "record", "id", "at", "state_size", "version");
CREATE TRIGGER "ledger_entry_no_UPDATE" BEFORE UPDATE ON "ledger_entry"
BEGIN SELECT RAISE(ABORT, 'The table ledger_entry only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_entry_no_DELETE" BEFORE DELETE ON "ledger_entry"
BEGIN SELECT RAISE(ABORT, 'The table ledger_entry only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_state" (
    "entry" INTEGER NOT NULL,
    "salt" BLOB NOT NULL,
    "comment" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    PRIMARY KEY ("entry")
) STRICT;
CREATE TABLE "ledger_pending" (
    "entry" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    PRIMARY KEY ("entry")
) STRICT;
CREATE TABLE "ledger_leaf" (
    "position" INTEGER NOT NULL,
    "entry" INTEGER NOT NULL,
    "leaf_hash" BLOB NOT NULL,
    "mac" BLOB NOT NULL,
    PRIMARY KEY ("position")
) STRICT;
CREATE UNIQUE INDEX "ledger_leaf_entry_unique" ON "ledger_leaf" ("entry");
CREATE TRIGGER "ledger_leaf_no_UPDATE" BEFORE UPDATE ON "ledger_leaf"
BEGIN SELECT RAISE(ABORT, 'The table ledger_leaf only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_leaf_no_DELETE" BEFORE DELETE ON "ledger_leaf"
BEGIN SELECT RAISE(ABORT, 'The table ledger_leaf only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_node" (
    "level" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "hash" BLOB NOT NULL,
    PRIMARY KEY ("level", "position")
) STRICT;
CREATE TRIGGER "ledger_node_no_UPDATE" BEFORE UPDATE ON "ledger_node"
BEGIN SELECT RAISE(ABORT, 'The table ledger_node only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_node_no_DELETE" BEFORE DELETE ON "ledger_node"
BEGIN SELECT RAISE(ABORT, 'The table ledger_node only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_head" (
    "size" INTEGER NOT NULL,
    "root" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" BLOB NOT NULL,
    "origin" TEXT NOT NULL,
    "previous" INTEGER NOT NULL,
    PRIMARY KEY ("size")
) STRICT;
CREATE TRIGGER "ledger_head_no_UPDATE" BEFORE UPDATE ON "ledger_head"
BEGIN SELECT RAISE(ABORT, 'The table ledger_head only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_head_no_DELETE" BEFORE DELETE ON "ledger_head"
BEGIN SELECT RAISE(ABORT, 'The table ledger_head only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "witness_log" (
    "origin" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "note" TEXT NOT NULL,
    "mac" BLOB NOT NULL,
    PRIMARY KEY ("origin")
) STRICT;
CREATE TABLE "ledger_cosignature" (
    "size" INTEGER NOT NULL,
    "witness" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "line" TEXT NOT NULL,
    PRIMARY KEY ("size", "witness")
) STRICT;
CREATE TRIGGER "ledger_cosignature_no_UPDATE" BEFORE UPDATE ON "ledger_cosignature"
BEGIN SELECT RAISE(ABORT, 'The table ledger_cosignature only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_cosignature_no_DELETE" BEFORE DELETE ON "ledger_cosignature"
BEGIN SELECT RAISE(ABORT, 'The table ledger_cosignature only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_timestamp" (
    "size" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "reply" BLOB NOT NULL,
    PRIMARY KEY ("size")
) STRICT;
CREATE TRIGGER "ledger_timestamp_no_UPDATE" BEFORE UPDATE ON "ledger_timestamp"
BEGIN SELECT RAISE(ABORT, 'The table ledger_timestamp only grows: its rows are neither changed nor deleted.'); END;
CREATE TRIGGER "ledger_timestamp_no_DELETE" BEFORE DELETE ON "ledger_timestamp"
BEGIN SELECT RAISE(ABORT, 'The table ledger_timestamp only grows: its rows are neither changed nor deleted.'); END;
CREATE TABLE "ledger_peer" (
    "name" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "asked_at" INTEGER NOT NULL,
    "good_at" INTEGER NOT NULL,
    "trouble" TEXT NOT NULL,
    PRIMARY KEY ("name")
) STRICT;
CREATE TABLE "user" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "version" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "person" INTEGER,
    "language" TEXT NOT NULL DEFAULT 'en',
    "active" INTEGER NOT NULL DEFAULT 1,
    "password_hash" TEXT,
    "password_at" INTEGER,
    "created_at" INTEGER NOT NULL,
    "changed_at" INTEGER NOT NULL,
    "last_login_at" INTEGER,
    "mac" BLOB
) STRICT;
CREATE UNIQUE INDEX "user_email_key_unique" ON "user" ("email_key");
CREATE UNIQUE INDEX "user_person_unique" ON "user" ("person");
CREATE TABLE "role_grant" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "user_id" INTEGER NOT NULL REFERENCES "user" ("id"),
    "role" TEXT NOT NULL,
    "unit" INTEGER NOT NULL
) STRICT;
CREATE INDEX "role_grant_unit_index" ON "role_grant" ("unit");
CREATE UNIQUE INDEX "role_grant_once" ON "role_grant" ("user_id", "role", "unit");
CREATE TABLE "session" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "user_id" INTEGER NOT NULL REFERENCES "user" ("id"),
    "token_hash" TEXT NOT NULL,
    "previous_hash" TEXT,
    "previous_until" INTEGER,
    "csrf" TEXT NOT NULL,
    "method" TEXT NOT NULL DEFAULT 'password',
    "agent" TEXT NOT NULL DEFAULT '',
    "address" TEXT NOT NULL DEFAULT '',
    "created_at" INTEGER NOT NULL,
    "last_seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "rotate" INTEGER NOT NULL DEFAULT 0,
    "mac" BLOB
) STRICT;
CREATE INDEX "session_user_id_index" ON "session" ("user_id");
CREATE UNIQUE INDEX "session_token_hash_unique" ON "session" ("token_hash");
CREATE INDEX "session_previous_hash_index" ON "session" ("previous_hash");
CREATE INDEX "session_expires_at_index" ON "session" ("expires_at");
CREATE TABLE "token" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "user_id" INTEGER NOT NULL REFERENCES "user" ("id"),
    "name" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "last_used_at" INTEGER,
    "revoked_at" INTEGER,
    "mac" BLOB
) STRICT;
CREATE INDEX "token_user_id_index" ON "token" ("user_id");
CREATE UNIQUE INDEX "token_secret_hash_unique" ON "token" ("secret_hash");
CREATE TABLE "start_link" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "token_hash" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "mac" BLOB
) STRICT;
CREATE UNIQUE INDEX "start_link_token_hash_unique" ON "start_link" ("token_hash");
CREATE TABLE "login_attempt" (
    "subject" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" INTEGER NOT NULL,
    "blocked_until" INTEGER NOT NULL,
    PRIMARY KEY ("subject")
) STRICT, WITHOUT ROWID;
CREATE INDEX "login_attempt_last_at_index" ON "login_attempt" ("last_at");
CREATE TABLE "idempotency" (
    "user_id" INTEGER NOT NULL,
    "sent_key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "location" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    PRIMARY KEY ("user_id", "sent_key")
) STRICT;
CREATE INDEX "idempotency_created_at_index" ON "idempotency" ("created_at");
CREATE TABLE "unit_reach" (
    "ancestor" INTEGER NOT NULL,
    "unit" INTEGER NOT NULL,
    PRIMARY KEY ("ancestor", "unit")
) STRICT, WITHOUT ROWID;
CREATE INDEX "unit_reach_unit_index" ON "unit_reach" ("unit");
CREATE TABLE "access_stamp" (
    "name" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    PRIMARY KEY ("name")
) STRICT, WITHOUT ROWID;
CREATE TABLE "link" (
    "to_record" INTEGER NOT NULL,
    "to_register" TEXT NOT NULL,
    "register" TEXT NOT NULL,
    "record" INTEGER NOT NULL,
    "field" TEXT NOT NULL,
    PRIMARY KEY ("to_record", "to_register", "register", "record", "field")
) STRICT, WITHOUT ROWID;
CREATE TABLE "custom_field" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "register" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "choices" TEXT NOT NULL DEFAULT '[]',
    "required" INTEGER NOT NULL DEFAULT 0,
    "deleted_at" INTEGER
) STRICT;
CREATE UNIQUE INDEX "custom_field_name" ON "custom_field" ("register", "name") WHERE deleted_at IS NULL;
CREATE TABLE "outbox" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "at" INTEGER NOT NULL,
    "topic" TEXT NOT NULL,
    "register" TEXT NOT NULL,
    "record" INTEGER NOT NULL,
    "actor" INTEGER NOT NULL,
    "person" INTEGER
) STRICT;
CREATE TABLE "job" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "user" INTEGER NOT NULL,
    "read_only" INTEGER NOT NULL DEFAULT 0,
    "registers" TEXT NOT NULL DEFAULT '',
    "created_at" INTEGER NOT NULL,
    "started_at" INTEGER,
    "ended_at" INTEGER,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "detail" TEXT NOT NULL DEFAULT '',
    "arguments" TEXT NOT NULL DEFAULT '{}',
    "input" INTEGER,
    "result" TEXT,
    "cancelled" INTEGER NOT NULL DEFAULT 0,
    "claimed_until" INTEGER,
    "claim" INTEGER NOT NULL DEFAULT 0,
    "position" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT '',
    "mac" BLOB
) STRICT;
CREATE INDEX "job_status_index" ON "job" ("status");
CREATE TABLE "job_part" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT CHECK ("id" > 0 AND "id" < 9007199254740992),
    "job" INTEGER NOT NULL,
    "text" TEXT NOT NULL
) STRICT;
CREATE INDEX "job_part_job_index" ON "job_part" ("job");
