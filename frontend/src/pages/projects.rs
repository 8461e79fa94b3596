//! The projects of an organization: searched, filtered and sorted, in a table that draws only the
//! rows in sight.

use leptos::prelude::*;
use shared::{
    api::connection::{Connection, Org, Status as ConnectionStatus},
    route::Route,
};

use super::{
    projects_parts::{Freshness, ProjectList},
    with_connection::WithConnection,
};
use crate::{
    components::{
        data_page::DataPage,
        icon::Icon,
        open_in_snyk::{OpenInSnyk, at_snyk},
        show::Show,
    },
    data::lists::Lists,
    page_heading::PageHeading,
    platform::{self, menu},
    reactive::{Signal, derive, dynamic, memo},
    router::Page,
    session::SessionContext,
    snyk_links,
};

const MENU: &str = "organizations";

/// The projects of an organization, or of the connection's first one if the path names none.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    platform::load_data_styles();
    let page = Page::get();
    let (id, org_id) = (page.connection(), page.org());
    let draw = Callback::new(move |connection: Signal<Connection>| {
        // The page is redrawn for another organization, but not for another token.
        let org = memo(move |_| {
            let connection = connection.read();
            let orgs = connection.orgs.iter();
            match org_id.get() {
                Some(id) => orgs.clone().find(|org| org.id == id).cloned(),
                None => orgs.clone().next().cloned(),
            }
        });
        let view = move || match org.get() {
            Some(org) => view! { <Projects connection org /> }.into_any(),
            None if org_id.get().is_none() => view! { <NoOrganization /> }.into_any(),
            None => view! { <Gone connection /> }.into_any(),
        };
        view.into_any()
    });
    view! { <WithConnection id draw /> }
}

/// The page for an organization that was removed or that the connection cannot see. The server does
/// not tell these apart.
#[component]
fn Gone(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let id = memo(move |_| connection.read().id.clone());
    view! {
        <div class="page data-page">
            <PageHeading title="This organization doesn’t exist, or this connection can’t see it" />
            <p class="second">"It may have been removed at Snyk, or the link belongs to another connection."</p>
            <p>
                <a class="button" href=move || Route::Overview(id.get()).to_string()>
                    "Overview"
                </a>
            </p>
        </div>
    }
}

#[component]
fn NoOrganization() -> impl IntoView {
    view! {
        <div class="page data-page">
            <PageHeading title="No organization" />
            <p class="second">
                "This connection has no organizations at the moment, so there are no projects to show."
            </p>
        </div>
    }
}

#[component]
fn Projects(
    /// The connection.
    connection: Signal<Connection>,
    /// The organization.
    org: Org,
) -> impl IntoView {
    let lists = Lists::get();
    let id = memo(move |_| connection.read().id.clone());
    let works = memo(move |_| connection.read().status == ConnectionStatus::Active);
    let title = format!("Projects, {}", org.name);
    let address = {
        let org = org.id.clone();
        let session = SessionContext::get();
        derive(move || at_snyk(session, &id.read(), &org, snyk_links::org_at_snyk))
    };
    let heading = {
        let org = org.clone();
        move || view! { <Heading connection org /> }
    };
    let list = {
        let org = org.id.clone();
        move || {
            let id = id.get();
            // Data that was loaded before the connection stopped working stays.
            if works.get() {
                Some(lists.projects(&id, &org))
            } else {
                lists.projects_if_read(&id, &org)
            }
        }
    };
    let again = {
        let org = org.id.clone();
        Callback::new(move |()| lists.read_again(&id.get_untracked(), &org))
    };
    let freshness = {
        let list = list.clone();
        move || list().map(|list| view! { <Freshness list=list.look() again works=works.get() /> })
    };
    let content = dynamic(move || {
        list().map(|list| {
            view! {
                <ProjectList
                    connection=id.get()
                    org=org.clone()
                    list=list.look()
                    again
                    works=works.get()
                />
            }
        })
    });
    view! {
        <DataPage connection>
            <div class="title-row">
                <PageHeading title>{heading()}</PageHeading>
                <div class="freshness">
                    {freshness}
                    <OpenInSnyk address />
                </div>
            </div>
            {content}
        </DataPage>
    }
}

/// "Projects in" and the name of the organization, which opens a menu of the others.
#[component]
fn Heading(
    /// The connection.
    connection: Signal<Connection>,
    /// The organization.
    org: Org,
) -> impl IntoView {
    let id = org.id.clone();
    let others = dynamic(move || {
        let connection = connection.read();
        let orgs = connection.orgs.iter();
        orgs.map(|org| {
            let is_here = org.id == id;
            view! {
                <li>
                    <a
                        href=Route::org_projects(&connection.id, &org.id).to_string()
                        class="switcher-link"
                        aria-current=is_here.then_some("true")
                        autofocus=is_here
                    >
                        <span class="switcher-mark">{is_here.then(|| Icon::Check.view())}</span>
                        <bdi>{org.name.clone()}</bdi>
                    </a>
                </li>
            }
        })
        .collect_view()
    });
    let single = memo(move |_| connection.read().orgs.len() <= 1);
    let name = StoredValue::new(org.name);
    view! {
        "Projects in "
        <Show
            when=move || !single.get()
            fallback=move || view! { <bdi>{name.get_value()}</bdi> }
        >
            <button
                type="button"
                class="heading-switch"
                popovertarget=MENU
                on:keydown=|event| menu::on_key(&event, MENU)
            >
                <bdi>{name.get_value()}</bdi>
                {Icon::Choose.view()}
            </button>
        </Show>
        <div
            id=MENU
            class="menu heading-menu"
            popover="auto"
            aria-label="Organizations"
            on:keydown=|event| menu::on_key(&event, MENU)
            on:click=|_| menu::close(MENU)
        >
            <ul>{others}</ul>
        </div>
    }
}
