//! Tests of the sandbox from outside: the real program over HTTP.

mod apps;
mod authorize;
mod bed;
mod control;
mod faults;
mod faulty_pages;
mod issues;
mod process;
mod projects;
mod rate_limit;
mod rest;
mod rotation;
mod targets;
mod token;
