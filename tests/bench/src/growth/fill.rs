//! Fills the databases of stopped servers, through their own schema.

use std::path::Path;

use anyhow::Result;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use test_postgres::Database;

/// The statements, with the numbers of sessions `$1` and connections `$2`. The connection of a
/// finished login is the template of all others. Their tokens do not open, but are as large.
///
/// One session and claim in a hundred ends within some minutes, so that each sweep has work.
const STATEMENTS: [&str; 5] = [
    "CREATE TEMP TABLE template AS SELECT *, CAST(unixepoch() AS INTEGER) * 1000 AS now \
         FROM connections LIMIT 1",
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2) \
     INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, \
         refreshed_at, generation, access_expires_at, refresh_expires_at, access_token, \
         refresh_token, orgs_complete, orgs_read_at, orgs_due_at, orgs_tries) \
     SELECT printf('01C%023d', i), 'sha256 ' || lower(hex(randomblob(32))), status, context, orgs, \
         scopes, connected_at, refreshed_at, generation, access_expires_at, refresh_expires_at, \
         access_token, refresh_token, orgs_complete, orgs_read_at, orgs_due_at, orgs_tries \
     FROM n, template WHERE $1 > 0",
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) \
     INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
     SELECT randomblob(32), printf('01S%023d', i), 'Firefox on Linux', now, now - i % 3600 * 1000, \
         now + CASE WHEN i % 100 THEN 86400000 ELSE i / 100 % 300 * 1000 END \
     FROM n, template WHERE $2 > 0",
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) \
     INSERT INTO session_connections (session_id, connection_id) \
     SELECT printf('01S%023d', i), printf('01C%023d', i % $2) FROM n",
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) \
     INSERT INTO claims (attempt, ends_at) SELECT lower(hex(randomblob(16))), \
         now + CASE WHEN i % 100 THEN 86400000 ELSE i / 100 % 300 * 1000 END \
     FROM n, template WHERE $2 > 0",
];

/// Adds sessions, as many claims, and connections.
pub(super) async fn fill(file: &Path, sessions: u32, connections: u32) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        // Without a journal: if this fails, the file is discarded.
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-1000000");
    let mut database = SqliteConnection::connect_with(&options).await?;
    for text in STATEMENTS {
        let statement = sqlx::query(text);
        let statement = if text.contains('$') {
            statement.bind(sessions).bind(connections)
        } else {
            statement
        };
        statement.execute(&mut database).await?;
    }
    Ok(database.close().await?)
}

/// The same for PostgreSQL, with the numbers `{sessions}` and `{connections}`. There are no claims: no
/// read needs them.
const SCRIPT: &str = "
CREATE TEMP TABLE template AS SELECT *, CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT) AS now
    FROM connections LIMIT 1;
INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, refreshed_at,
        generation, access_expires_at, refresh_expires_at, access_token, refresh_token, orgs_complete,
        orgs_read_at, orgs_due_at, orgs_tries)
    SELECT '01C' || lpad(i::text, 23, '0'), 'sha256 ' || encode(sha256(int8send(i)), 'hex'), status,
        context, orgs, scopes, connected_at, refreshed_at, generation, access_expires_at,
        refresh_expires_at, access_token, refresh_token, orgs_complete, orgs_read_at, orgs_due_at,
        orgs_tries
    FROM generate_series(0, {connections} - 1) i, template;
INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at)
    SELECT sha256(int8send(i)), '01S' || lpad(i::text, 23, '0'), 'Firefox on Linux', now,
        now - i % 3600 * 1000, now + 86400000
    FROM generate_series(0, {sessions} - 1) i, template;
INSERT INTO session_connections (session_id, connection_id)
    SELECT '01S' || lpad(i::text, 23, '0'), '01C' || lpad((i % {connections})::text, 23, '0')
    FROM generate_series(0, {sessions} - 1) i;
";

/// Adds sessions and connections to a PostgreSQL database.
pub(super) fn fill_postgres(database: &Database, sessions: u32, connections: u32) {
    let script = SCRIPT
        .replace("{sessions}", &sessions.to_string())
        .replace("{connections}", &connections.to_string());
    database.execute(&script);
    // As autovacuum does in time.
    database.execute("VACUUM ANALYZE");
}
