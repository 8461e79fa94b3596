-- Sweeps find what has ended by index, since the only writer must not scan tables while logins wait.
CREATE INDEX sessions_by_expires_at ON sessions (expires_at);
CREATE INDEX sessions_by_last_used_at ON sessions (last_used_at);
CREATE INDEX claims_by_ends_at ON claims (ends_at);
-- With the id, so that the search for orphaned connections reads no rows, which are large.
CREATE INDEX connections_by_unreached_since ON connections (unreached_since, id);
-- Every pending revocation ends: those of the first version after 400 days, like others of unknown lifetime.
UPDATE revocations SET ends_at = asked_at + 34560000000 WHERE ends_at IS NULL;
CREATE INDEX revocations_by_ends_at ON revocations (ends_at);
