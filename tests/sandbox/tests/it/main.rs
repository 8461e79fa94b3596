//! The sandbox from outside: the real program, asked over HTTP.

mod authorize;
mod bed;
mod control;
mod faults;
mod issues;
mod process;
mod projects;
mod rest;
mod rotation;
mod targets;
mod token;
