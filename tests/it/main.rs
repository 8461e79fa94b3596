//! Tests of the product over HTTP: the real programs, with one sandbox and one app for each test.
//! The modules are named after the steps of the flow.

#![expect(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a test fails by panicking, and its speed is not its point"
)]

mod admin;
mod apps;
mod bad_days;
mod circuit;
mod command_line;
mod configuration;
mod connection;
mod create_app;
mod cross_origin;
mod deploy;
mod doctor;
mod exchange;
mod faults;
mod foreign_provider;
mod framing;
mod full_disk;
mod headers;
mod idle;
mod login;
mod metrics;
mod odd_answers;
mod odd_documents;
mod one_database;
mod openapi;
mod organizations;
mod package;
mod pages;
mod postgres;
mod proxy;
mod raw;
mod refresh;
mod renewal;
mod revocation;
mod rotate_encryption;
mod second_provider;
mod session;
mod sessions;
mod signals;
mod snyk_contract;
mod snyk_examples;
mod start;
mod static_host;
mod strangers;
mod token_answers;
mod traces;
mod two_tabs;
mod unused_connections;
mod unwritable_log;
