//! The heading of a page.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    platform::{self, scroll},
    reactive::{Signal, effect},
    session::SessionContext,
};

/// The id of the heading.
const HEADING: &str = "heading";

/// The heading of a page. Sets the title of the document, and takes the focus once after each
/// navigation. On the first page of a visit the focus stays where the browser puts it, and if the
/// same page is rendered again, where it is.
#[component]
pub fn PageHeading(
    /// The heading, and the document's title before the name of the app.
    #[prop(into)]
    title: Signal<String>,
    /// Whether the heading takes the focus in any case, because the page replaces one that could
    /// not be shown or has ended.
    #[prop(optional)]
    outcome: bool,
    /// Distinguishes several pages at the same path.
    #[prop(optional)]
    of: &'static str,
    /// The heading's class.
    #[prop(optional)]
    class: &'static str,
    /// The content, if it is not the plain title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    arrive(title, of, outcome);
    view! {
        <h1 id=HEADING tabindex="-1" class=class>
            {match children {
                Some(children) => children(),
                None => view! { <bdi>{move || title.get()}</bdi> }.into_any(),
            }}
        </h1>
    }
}

/// Sets the title of the document, and lets the heading take the focus as described at
/// [`PageHeading`]. For a page whose heading is not rendered by the app.
pub fn arrive(title: Signal<String>, of: &'static str, outcome: bool) {
    let session = SessionContext::get();
    effect(move |_| {
        let name = session.app().map(|app| app.name);
        let title = title.get();
        platform::set_title(&name.map_or(title.clone(), |name| format!("{title} · {name}")));
    });
    let path = platform::path().unwrap_or_default();
    let is_new = Announcer::get().arrive(if of.is_empty() {
        path
    } else {
        format!("{path}#{of}")
    });
    // A heading that is rendered again keeps its focus.
    if is_new || outcome || platform::has_focus(HEADING) {
        request_animation_frame(|| {
            if scroll::is_going_back() {
                platform::focus_unmoved(HEADING);
            } else {
                platform::focus(HEADING);
            }
        });
    }
}
