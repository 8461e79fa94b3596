-- Connections by the time at which three quarters of the life of their refresh token have passed.
CREATE INDEX connections_idle ON connections
    ((refreshed_at + (refresh_expires_at - refreshed_at) / 4 * 3))
    WHERE status = 'active' AND unreached_since IS NULL AND refresh_expires_at IS NOT NULL;
