//! The administration: its addresses, its words and its answers. Pure.

pub mod address;
pub mod events;
pub mod outcomes;
pub mod pages;
pub mod settings;
pub mod wire;
pub mod words;
