//! The page "What happens when you connect": a rehearsal with the values of a login, or the login of
//! a connection, with what this browser can know.

pub mod after;
pub mod call;
pub mod lifetimes;
pub mod made;
pub mod pkce;
pub mod playing;
pub mod rehearsal;
pub mod sequence;
pub mod signed_in;

use leptos::prelude::*;
use shared::route::LOGIN_OF;

use self::{rehearsal::RehearsalPage, signed_in::SignedInPage};
use crate::{
    platform,
    reactive::{dynamic, memo},
    router::Page,
};

/// The page. A connection in the address is one whose login is shown.
#[component]
pub fn FlowPage() -> impl IntoView {
    platform::load_styles_of("flow");
    let page = Page::get();
    let of = memo(move |_| page.parameter(LOGIN_OF));
    dynamic(move || match of.get() {
        Some(id) => view! { <SignedInPage id /> }.into_any(),
        None => view! { <RehearsalPage /> }.into_any(),
    })
}
