//! Nothing here, and the way back.

use leptos::prelude::*;
use shared::problem::Code;

use crate::{api::Failure, components::notice::OutcomePage, messages};

/// The page of an address that is none.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <OutcomePage failure=Failure::Problem(Box::new(messages::local(Code::NotFound))) /> }
}
