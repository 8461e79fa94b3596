-- The work that one node does for all of them: which one, and until when unless it says so again.
CREATE TABLE leaders (
    work    TEXT PRIMARY KEY,
    node    TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);

-- How many requests to Snyk a node may send in a minute for a connection, beyond those that each node may.
CREATE TABLE rate_shares (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    node          TEXT NOT NULL,
    requests      BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    PRIMARY KEY (connection_id, node)
);
CREATE INDEX rate_shares_by_ends_at ON rate_shares (ends_at);

-- Connections by the time at which three quarters of the life of their refresh token have passed.
CREATE INDEX connections_idle ON connections
    ((refreshed_at + (refresh_expires_at - refreshed_at) / 4 * 3))
    WHERE status = 'active' AND unreached_since IS NULL AND refresh_expires_at IS NOT NULL;
