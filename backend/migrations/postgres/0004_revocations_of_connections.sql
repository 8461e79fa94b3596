-- The connection that was disconnected, so that its end is not told as complete before its tokens are revoked.
-- An earlier version that runs beside this one leaves it absent.
ALTER TABLE revocations ADD COLUMN connection_id TEXT;
CREATE INDEX revocations_by_connection ON revocations (connection_id) WHERE connection_id IS NOT NULL;
