-- Connections that were not refreshed for long, and the newest tokens.
CREATE INDEX connections_by_refreshed_at ON connections (refreshed_at, id) WHERE status = 'active';
