//! Connections: the entity, the subject that it is recognized by, the label that it is found by, and its
//! view for the browser.

mod entity;
mod identity;
mod label;
mod subject;
mod view;

pub use self::{
    entity::{Connection, Consent, Grant, State, Tokens},
    identity::Identity,
    label::{Label, searched},
    subject::Subject,
    view::view,
};
