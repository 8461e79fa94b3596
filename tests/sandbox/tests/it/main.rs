//! The sandbox from outside: the real program, asked over HTTP.

mod authorize;
mod bed;
mod control;
mod faults;
mod process;
mod rest;
mod rotation;
mod token;
