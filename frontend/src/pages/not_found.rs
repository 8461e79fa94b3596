//! The page for an unknown address.

use leptos::prelude::*;
use shared::problem::Code;

use crate::{api::Failure, components::notice::OutcomePage, messages};

/// The page for an unknown address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <OutcomePage failure=Failure::Problem(Box::new(messages::local(Code::NotFound))) /> }
}
