-- Neither table refers to another one: a foreign key or an index would lock that one's writers out while this
-- is applied, beside servers that run.

-- The work that one node does for all of them: which one, and until when unless it says so again.
CREATE TABLE leaders (
    work    TEXT PRIMARY KEY,
    node    TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);

-- How many requests to Snyk a node may send in a minute for a connection, beyond those that each node may.
CREATE TABLE rate_shares (
    connection_id TEXT NOT NULL,
    node          TEXT NOT NULL,
    requests      BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    PRIMARY KEY (connection_id, node)
);
CREATE INDEX rate_shares_by_ends_at ON rate_shares (ends_at);
