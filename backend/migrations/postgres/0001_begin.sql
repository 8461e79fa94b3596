-- Times are milliseconds since the epoch. Tokens are sealed, bound to table, column and row.
-- Room is left in each page, so that a lease, which changes no indexed column, is written beside its row.
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
    access_token       BYTEA,
    refresh_token      BYTEA,
    lease              TEXT,
    lease_ends_at      BIGINT,
    -- Since when no session reaches it.
    unreached_since    BIGINT,
    -- Whether all organizations were read, when they were, when they are to be read next, and how often
    -- that failed since.
    orgs_complete      BOOLEAN NOT NULL,
    orgs_read_at       BIGINT NOT NULL,
    orgs_due_at        BIGINT NOT NULL,
    orgs_tries         BIGINT NOT NULL
) WITH (fillfactor = 80);
-- The start of a server opens the newest tokens.
CREATE INDEX connections_by_refreshed_at ON connections (refreshed_at) WHERE status = 'active';
-- The poll for due accounts, by an index of exactly its condition.
CREATE INDEX connections_due ON connections (orgs_due_at)
    WHERE status = 'active' AND unreached_since IS NULL
        AND (NOT orgs_complete OR orgs_tries > 0 OR refreshed_at > orgs_read_at);
-- Connections that are marked as orphaned, by id, and by how long.
CREATE INDEX connections_marked ON connections (id) WHERE unreached_since IS NOT NULL;
CREATE INDEX connections_marked_since ON connections (unreached_since)
    WHERE unreached_since IS NOT NULL;

CREATE TABLE sessions (
    token_hash   BYTEA PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    browser      TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_by_expires_at ON sessions (expires_at);
CREATE INDEX sessions_by_last_used_at ON sessions (last_used_at);

CREATE TABLE session_connections (
    session_id    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, connection_id)
);
CREATE INDEX session_connections_by_connection ON session_connections (connection_id);

-- One row for each attempt that was presented; it ends with the attempt. The session that the attempt
-- made: a login that finishes beside it in the same browser finds its connections there.
CREATE TABLE claims (
    attempt    TEXT PRIMARY KEY,
    ends_at    BIGINT NOT NULL,
    session_id TEXT,
    session_at BIGINT
);
CREATE INDEX claims_by_ends_at ON claims (ends_at);

-- Refresh tokens that the provider has not been told of yet. One that is refused for good is sent more
-- and more rarely, and not beyond its own end.
CREATE TABLE revocations (
    id            TEXT PRIMARY KEY,
    refresh_token BYTEA NOT NULL,
    asked_at      BIGINT NOT NULL,
    tries         BIGINT NOT NULL DEFAULT 0,
    next_at       BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL
);
CREATE INDEX revocations_by_next_at ON revocations (next_at);
CREATE INDEX revocations_by_ends_at ON revocations (ends_at);

-- What each node changed a moment ago, for the caches of the others: the time of the database, the id of
-- the change, the node that made it, and a session or a connection.
CREATE TABLE changes (
    at     BIGINT NOT NULL,
    id     TEXT NOT NULL,
    node   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (at, id)
);

-- The servers that run, each with the ids of its keys, the current one first, and when it was last seen.
CREATE TABLE nodes (
    id      TEXT PRIMARY KEY,
    keys    TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
