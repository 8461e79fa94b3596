-- What an administrator finds a connection by: its name, the name in the form that is sorted, whether it is a
-- group's, how many organizations it has, and the names of all of them in lower case. The last one is absent
-- until the server has described the row.
ALTER TABLE connections ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN name_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN is_group BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE connections ADD COLUMN org_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN search_text TEXT;
-- When a refresh failed. It counts until the next one that succeeds.
ALTER TABLE connections ADD COLUMN refresh_failed_at BIGINT;
CREATE INDEX connections_undescribed ON connections (id) WHERE search_text IS NULL;
-- The orders of the list, and the totals. Writes of connections wait while these are built, a second for 50,000 rows.
CREATE INDEX connections_by_name ON connections (name_key, id);
CREATE INDEX connections_by_status ON connections (status, name_key, id);
CREATE INDEX connections_by_refresh ON connections (refreshed_at, id);
CREATE INDEX connections_by_connect ON connections (connected_at, id);
CREATE INDEX connections_by_end ON connections (
    (CASE WHEN status = 'active' THEN COALESCE(refresh_expires_at, 9223372036854775807)
     ELSE 9223372036854775807 END), id);
CREATE INDEX connections_failing ON connections (id)
    WHERE status = 'active' AND refresh_failed_at > refreshed_at;

CREATE TABLE admin_sessions (
    id           TEXT PRIMARY KEY,
    token_hash   BYTEA NOT NULL UNIQUE,
    browser      TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX admin_sessions_by_expires_at ON admin_sessions (expires_at);

-- The activity log. Its ids grow with time. A connection may have ended since, so none is referred to.
CREATE TABLE events (
    id              TEXT COLLATE "C" PRIMARY KEY,
    at              BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    detail          TEXT NOT NULL,
    connection_id   TEXT,
    connection_name TEXT NOT NULL,
    request_id      TEXT
);
CREATE INDEX events_by_connection ON events (connection_id, id) WHERE connection_id IS NOT NULL;
