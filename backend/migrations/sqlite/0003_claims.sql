-- The session that a claimed attempt made: a login that finishes beside it in the same browser finds
-- its connections there.
ALTER TABLE claims ADD COLUMN session_id TEXT;
ALTER TABLE claims ADD COLUMN session_at BIGINT;
