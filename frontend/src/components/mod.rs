//! The parts that pages are made of.

pub mod busy_button;
pub mod chips;
pub mod clock;
pub mod confirm;
pub mod connect_button;
pub mod copyable;
pub mod empty;
pub mod gauge;
pub mod icon;
pub mod lanes;
pub mod layout;
pub mod newer;
pub mod notice;
pub mod offline;
pub mod progress;
pub mod project;
pub mod read_notice;
pub mod reconnect;
pub mod scope_list;
pub mod search;
pub mod severity;
pub mod switcher;
pub mod table;
pub mod this_browser;
pub mod timestamp;
pub mod toast;
