//! The parts that pages are made of.

pub mod clock;
pub mod confirm;
pub mod connect_button;
pub mod copyable;
pub mod icon;
pub mod lanes;
pub mod layout;
pub mod notice;
pub mod scope_list;
pub mod this_browser;
