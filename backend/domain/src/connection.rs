//! Connections: the entity, the subject that it is recognized by, and its view for the browser.

mod entity;
mod identity;
mod subject;
mod view;

pub use self::{
    entity::{Connection, Consent, Grant, State, Tokens},
    identity::Identity,
    subject::Subject,
    view::view,
};
