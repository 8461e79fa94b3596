-- Times are milliseconds since the epoch. Tokens are sealed, bound to table, column and row.
CREATE TABLE connections (
    id                 TEXT PRIMARY KEY,
    subject            TEXT NOT NULL UNIQUE,
    status             TEXT NOT NULL,
    context            TEXT,
    orgs               TEXT NOT NULL,
    scopes             TEXT NOT NULL,
    connected_at       BIGINT NOT NULL,
    refreshed_at       BIGINT NOT NULL,
    generation         BIGINT NOT NULL,
    access_expires_at  BIGINT NOT NULL,
    refresh_expires_at BIGINT,
    access_token       BLOB,
    refresh_token      BLOB,
    lease              TEXT,
    lease_ends_at      BIGINT
);

CREATE TABLE sessions (
    token_hash   BLOB PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    browser      TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE TABLE session_connections (
    session_id    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, connection_id)
);
CREATE INDEX session_connections_by_connection ON session_connections (connection_id);

-- One row for each attempt that was presented; it ends with the attempt.
CREATE TABLE claims (
    attempt TEXT PRIMARY KEY,
    ends_at BIGINT NOT NULL
);

-- Refresh tokens that the provider has not been told of yet.
CREATE TABLE revocations (
    id            TEXT PRIMARY KEY,
    refresh_token BLOB NOT NULL,
    asked_at      BIGINT NOT NULL
);
