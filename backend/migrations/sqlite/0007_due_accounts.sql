-- The poll for due accounts finds them by an index of exactly its condition. By the index on orphaned
-- connections, which the planner preferred, it read every connection.
DROP INDEX connections_by_orgs_due;
CREATE INDEX connections_due ON connections (orgs_due_at)
    WHERE status = 'active' AND unreached_since IS NULL
        AND (orgs_complete = 0 OR orgs_tries > 0 OR refreshed_at > orgs_read_at);
-- The searches for connections to mark as orphaned, and for marked ones, each by an index of its own.
DROP INDEX connections_by_unreached_since;
CREATE INDEX connections_unmarked ON connections (id, unreached_since)
    WHERE unreached_since IS NULL;
CREATE INDEX connections_marked ON connections (id, unreached_since)
    WHERE unreached_since IS NOT NULL;
