-- A refresh token that is refused for good is sent more and more rarely, and not beyond its own end.
ALTER TABLE revocations ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revocations ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revocations ADD COLUMN ends_at BIGINT;

-- Since when no session reaches a connection.
ALTER TABLE connections ADD COLUMN unreached_since BIGINT;
