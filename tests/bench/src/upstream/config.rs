//! The configuration of nginx.

use std::net::SocketAddr;

use serde_json::json;

use super::pages::MEDIA_TYPE;

/// Where the upstream listens.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) plain: SocketAddr,
    pub(super) tls: SocketAddr,
    pub(super) h2: SocketAddr,
}

/// Returns a whole configuration file around the part within `http`. All paths are relative to the
/// folder that nginx runs in.
pub(super) fn whole(servers: &str) -> String {
    // Root starts workers as another user, who cannot read a folder of root's.
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    format!(
        "{user}
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr warn;
        events {{ worker_connections 4096; }}
        http {{
            access_log off;
            keepalive_timeout 1h;
            keepalive_requests 1000000000;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            {servers}
        }}\n"
    )
}

/// Returns the part within `http` of the upstream.
pub(super) fn upstream(ports: &Ports, certificate: &str, key: &str) -> String {
    let Ports { plain, tls, h2 } = ports;
    // Every sign-in is that of another account, which is recognized by its organizations. nginx
    // replaces the variable.
    let me = json!({ "data": { "type": "app_instance", "id": "$request_id",
        "attributes": { "name": "app" } }, "jsonapi": { "version": "1.0" }, "links": {} });
    let orgs = json!({ "data": [{ "type": "org", "id": "$request_id",
        "attributes": { "name": "Acme", "slug": "acme", "is_personal": false } }],
        "jsonapi": { "version": "1.0" }, "links": {} });
    let token = json!({ "access_token": "a".repeat(800), "expires_in": 86_400,
        "refresh_token": "$request_id", "token_type": "bearer",
        "scope": "org.read org.project.read" });
    format!(
        "sendfile off;
        output_buffers 1 128k;
        open_file_cache max=16 inactive=1h;
        map $arg_limit $page {{ default small; 100 large; }}
        server {{
            listen {plain};
            listen {tls} ssl;
            listen {h2} ssl http2;
            ssl_certificate {certificate};
            ssl_certificate_key {key};
            ssl_session_cache shared:tls:1m;
            default_type {MEDIA_TYPE};
            add_header snyk-request-id 7ff2a7d1-0f2b-4a55-9bd2-000000000001;
            location = /oauth2/token {{ default_type application/json; return 200 '{token}'; }}
            location = /rest/self {{ return 200 '{me}'; }}
            location = /rest/orgs {{ return 200 '{orgs}'; }}
            location /rest/orgs/ {{ root pages; try_files /$page =404; }}
        }}"
    )
}
