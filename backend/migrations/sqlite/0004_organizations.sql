-- Whether all organizations were read, when they were, when they are to be read next, and how often
-- that failed since.
ALTER TABLE connections ADD COLUMN orgs_complete BIGINT NOT NULL DEFAULT 1;
ALTER TABLE connections ADD COLUMN orgs_read_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN orgs_due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN orgs_tries BIGINT NOT NULL DEFAULT 0;
-- What is here already is read again after its next refresh, and not all of it at the next start.
UPDATE connections SET orgs_read_at = refreshed_at;
CREATE INDEX connections_by_orgs_due ON connections (orgs_due_at);
