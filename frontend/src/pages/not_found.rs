//! The page for an unknown address.

use leptos::prelude::*;
use shared::problem::Code;

use crate::{api::Failure, components::notice::outcome_page, messages};

/// The page for an unknown address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let problem = messages::local(Code::NotFound);
    outcome_page(&Failure::Problem(Box::new(problem)), None)
}
