//! The registration of the app at the sandbox.

/// The client id in tests.
pub const CLIENT_ID: &str = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90";
/// The client secret in tests. Contains every character of Snyk's secrets, and characters that
/// break encodings.
pub const CLIENT_SECRET: &str = "snyk_cs_canary^`*=<]%+&!?0123456789abcdef";
/// The API token of the sandbox's person.
pub const API_TOKEN: &str = "5a0dbd0c-0b0e-4b5e-9c1e-5a4db0c5a4db";
/// The scopes in tests.
pub const SCOPES: &str = "org.read org.project.read org.project.snapshot.read";
