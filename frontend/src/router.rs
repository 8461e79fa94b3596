//! The router: the address of the page, the links that change it, and the page that belongs to it.

use std::mem::{Discriminant, discriminant};

use leptos::{prelude::*, tachys::reactive_graph::OwnedView};
use shared::route::Route;

use crate::platform::{address::Address, events, history, links, scroll};
use crate::reactive::{Signal, memo};

/// The address of a page, as far as the app depends on it. Route and query are one value, so that
/// no page ever has the ids of one address and the query of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Location {
    /// The page; `None` if there is none at this path.
    route: Option<Route>,
    path: String,
    /// The query, without the question mark.
    query: String,
}

impl Location {
    fn kind(&self) -> Option<Discriminant<Route>> {
        self.route.as_ref().map(discriminant)
    }
}

impl From<Address> for Location {
    fn from(address: Address) -> Self {
        Self {
            route: Route::parse(&address.path),
            path: address.path,
            query: address.query,
        }
    }
}

/// The router of the app.
#[derive(Clone, Copy, Debug)]
pub struct Router {
    here: RwSignal<Location>,
    route: Signal<Option<Route>>,
}

impl Router {
    /// Provides the context, follows the links of the app and the history, and records and restores
    /// scroll positions.
    pub fn provide() {
        let here = RwSignal::new(current());
        let route = memo(move |_| here.with(|here| here.route.clone()));
        let router = Self { here, route };
        let listeners = [
            events::on_window("popstate", move || {
                history::forget();
                show(here, current());
            }),
            links::on_click(move |link| {
                go(here, link.to.clone(), link.replaces, link.scrolls);
            }),
        ];
        // The listeners live as long as the app. Those of the scroll positions come last, because
        // they depend on what the others have done.
        StoredValue::new_local((listeners, scroll::keep()));
        scroll::note_soon();
        provide_context(router);
    }

    /// Returns the context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Returns the page that is shown; `None` if there is none at its path.
    #[must_use]
    pub fn route(self) -> Signal<Option<Route>> {
        self.route
    }

    /// Opens an address of the app in place of the current one: Back does not return to that.
    pub fn replace(self, address: &str) {
        if let Some(to) = Address::resolve(address) {
            go(self.here, to, true, true);
        }
    }
}

fn go(here: RwSignal<Location>, to: Address, replaces: bool, scrolls: bool) {
    history::write(&to.href, !replaces);
    let fragment = to.fragment.clone();
    show(here, to.into());
    if scrolls {
        scroll::to_fragment(&fragment);
    }
}

fn show(here: RwSignal<Location>, location: Location) {
    here.set(location);
    scroll::note_soon();
}

fn current() -> Location {
    history::current().map(Location::from).unwrap_or_default()
}

/// The address of the page in whose scope the context is taken. It does not change any more once
/// another page is shown: a page that is being left keeps its ids and its query.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The address that is shown, which may be that of another page.
    here: RwSignal<Location>,
    location: Signal<Location>,
}

impl Page {
    fn new(here: RwSignal<Location>) -> Self {
        let location = memo(move |last: Option<&Location>| {
            let now = here.read();
            match last {
                Some(last) if last.kind() != now.kind() => last.clone(),
                _ => now.clone(),
            }
        });
        Self { here, location }
    }

    /// Returns the context of the page.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Returns the id of the connection that the page is about; an empty text if there is none.
    #[must_use]
    pub fn connection(self) -> Signal<String> {
        self.id(|route| route.connection().unwrap_or_default().to_owned())
    }

    /// Returns the id of the organization that the page is about, if its path names one.
    #[must_use]
    pub fn org(self) -> Signal<Option<String>> {
        self.id(|route| route.org().map(str::to_owned))
    }

    /// Returns the id of the project that the page is about; an empty text if there is none.
    #[must_use]
    pub fn project(self) -> Signal<String> {
        self.id(|route| route.project().unwrap_or_default().to_owned())
    }

    fn id<T>(self, of: fn(&Route) -> T) -> Signal<T>
    where
        T: Clone + Default + PartialEq + Send + Sync + 'static,
    {
        let location = self.location;
        memo(move |_| location.read().route.as_ref().map(of).unwrap_or_default())
    }

    /// Returns the query, without the question mark.
    #[must_use]
    pub fn query(self) -> Signal<String> {
        let location = self.location;
        memo(move |_| location.read().query.clone())
    }

    /// Returns the first parameter of the query with this name; tracked.
    #[must_use]
    pub fn parameter(self, name: &str) -> Option<String> {
        let location = self.location.read();
        let mut parameters = form_urlencoded::parse(location.query.as_bytes());
        let found = parameters.find(|(one, _)| one == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// Returns the address of this page with another query; tracked. It includes the path, because
    /// the address bar may lag behind the page.
    #[must_use]
    pub fn with_query(self, query: &str) -> String {
        address(&self.location.read().path, query)
    }

    /// Changes the query, unless the page has been left. `true` replaces the entry of the history.
    pub fn set_query(self, query: &str, replaces: bool) {
        let path = self
            .location
            .try_read_untracked()
            .map(|page| page.path.clone());
        let here = self.here.with_untracked(|here| here.path.clone());
        let to = path.filter(|path| *path == here);
        if let Some(to) = to.and_then(|path| Address::resolve(&address(&path, query))) {
            go(self.here, to, replaces, false);
        }
    }
}

fn address(path: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{mark}{query}")
}

/// The page that is shown. `draw` creates it in a scope of its own, which has the context [`Page`].
/// A page is created again only for an address of another kind; otherwise its context changes.
pub fn page(draw: fn(Option<&Route>) -> AnyView) -> impl IntoView {
    let here = Router::get().here;
    let outer = Owner::current().unwrap_or_default();
    let kind = memo(move |_| here.read().kind());
    move || {
        // A memo that was never evaluated depends on nothing: tracking alone would not do.
        let _ = kind.get();
        // The scope must outlive the elements: one that has the focus or the pointer fires a last
        // event when it is removed, and its handler reads signals. A scope of this closure would
        // end before the elements are removed; this one ends with the view.
        let owner = outer.child();
        let view = owner.with(|| {
            let page = Page::new(here);
            provide_context(page);
            untrack(|| draw(page.location.read().route.as_ref()))
        });
        OwnedView::new_with_owner(view, owner)
    }
}
