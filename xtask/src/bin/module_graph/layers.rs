//! The layers of modules, from the bottom to the top. **To add a module, enter it here.**
//!
//! A module may import modules of lower layers only, never one of its own layer or above. A module
//! is a file or a folder directly below the source folder.

/// The source folders whose modules are layered, each with its layers from the bottom to the top.
pub(crate) const LAYERS: &[(&str, &[&[&str]])] = &[
    (
        "backend/domain/src",
        &[
            &["random", "ids", "net", "allow_list", "backoff"],
            &["vault", "session", "attempt"],
            &["admin_link", "connection", "verify"],
            &["refresh"],
        ],
    ),
    (
        "backend/src",
        &[
            &["traces"],
            &[
                "backoff",
                "clock",
                "config",
                "metrics",
                "openapi",
                "outbound_rate_limit",
                "request_context",
                "retry_after",
            ],
            &["activity", "supervisor", "telemetry", "http_client"],
            &["oauth"],
            &["provider", "store"],
            &["apps_api", "rate_shares", "revocation"],
            &["refresh"],
            &["account", "http", "unused_connections"],
            &["session", "transport"],
            &["connection", "login", "snyk_client"],
            &["admin", "exchange", "proxy"],
            &["app"],
            &["cli"],
            &["main"],
        ],
    ),
];

/// The source folders in which no files may import each other in a circle.
pub(crate) const WITHOUT_CIRCLES: &[&str] = &[
    "backend/domain/src",
    "backend/env-file/src",
    "backend/src",
    "frontend/login/src",
    "frontend/src",
    "shared/src",
    "tests/bench/options/src",
    "tests/bench/src",
    "tests/postgres/src",
    "tests/sandbox/src",
    "tests/src",
    "xtask/src",
];
