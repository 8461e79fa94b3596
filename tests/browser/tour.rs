//! Uses every control of every page, in windows of four widths, by pointer and by keyboard alone.
//! Checks that each responds and that no unhandled error occurs.

mod later;

use serde_json::json;
use tests::browser::Browser;

use crate::{
    data::{hides, shows},
    visit::{HAS_ORGANIZATIONS, SIGNED_IN, Visit},
};

/// The input device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Pointer,
    Keyboard,
}

/// A person on the tour.
struct Tour {
    visit: Visit,
    by: By,
    is_wide: bool,
}

/// Returns a script that finds elements whose text begins with these words.
fn said(words: &str) -> String {
    format!(
        "[...document.querySelectorAll('a, button')].filter(it => \
            (it.getAttribute('aria-label') ?? it.innerText).trim().startsWith({}))",
        json!(words)
    )
}

/// Returns a script that finds the elements of a selector.
fn at(selector: &str) -> String {
    format!("document.querySelectorAll({})", json!(selector))
}

/// The list's own URL has been written: changes that follow one another faster than a person acts
/// become one entry of the history.
const IS_WRITTEN_BACK: &str = "return !location.search.includes('issue=')";

impl Tour {
    fn browser(&self) -> &Browser {
        &self.visit.browser
    }

    /// Activates a control.
    async fn act(&self, find: &str) {
        match self.by {
            By::Pointer => self.browser().click_at(find).await,
            By::Keyboard => {
                self.browser().tab_to(find).await;
                self.browser().key("Enter").await;
            }
        }
    }

    /// Activates the control whose text begins with these words.
    async fn press(&self, words: &str) {
        self.act(&said(words)).await;
    }

    async fn until(&self, script: &str) {
        self.browser().until(script).await;
    }

    /// Moves the focus to the search field. Enter would lead on to the first row.
    async fn to_search(&self) {
        let field = at("[type=search]");
        match self.by {
            By::Pointer => self.browser().click_at(&field).await,
            By::Keyboard => self.browser().tab_to(&field).await,
        }
    }

    /// Selects the second choice in the menu of a filter, which writes this into the address.
    async fn choose(&self, menu: &str, written: &str) {
        let is_open = format!("return document.querySelector('#{menu}').matches(':popover-open')");
        self.act(&at(&format!("[popovertarget={menu}]"))).await;
        self.until(&is_open).await;
        match self.by {
            By::Pointer => {
                let second = format!("#{menu} li:nth-child(2) label");
                self.browser().click_at(&at(&second)).await;
            }
            By::Keyboard => {
                self.browser().tab_to(&at(&format!("#{menu} input"))).await;
                self.browser().key("ArrowDown").await;
                self.browser().key(" ").await;
            }
        }
        self.until(&format!("return location.search.includes('{written}')"))
            .await;
        self.browser().key("Escape").await;
        self.until(&is_open.replace("return ", "return !")).await;
    }

    /// Checks that no unhandled error occurred.
    async fn is_sound(&self, place: &str) {
        let errors = self.browser().take_errors().await;
        assert!(errors.is_empty(), "{place}, {:?}: {errors:#?}", self.by);
    }

    async fn connect(&self) {
        self.browser().go(&self.visit.bed.app.url).await;
        self.browser().heading("See which issues matter").await;
        self.press("Connect to the sandbox").await;
        self.browser().heading("asks to read").await;
        self.press("Allow").await;
        self.until(SIGNED_IN).await;
        self.browser().heading("37 critical issues").await;
        self.is_sound("connecting").await;
    }

    async fn overview(&self) {
        self.press("Refresh").await;
        hides(self.browser(), "Still loading").await;
        self.act(&at(".org-name")).await;
        self.browser().heading("Projects in").await;
        self.browser().go_in_history(-1).await;
        self.browser().heading("37 critical issues").await;
        self.act(&at(".worst tbody .row [tabindex='0']")).await;
        self.until("return !!document.querySelector('.issues-head')")
            .await;
        self.browser().go_in_history(-1).await;
        self.browser().heading("37 critical issues").await;
        self.is_sound("overview").await;
    }

    async fn projects(&self) {
        self.press("Projects").await;
        self.browser()
            .heading("Projects in Meridian Platform")
            .await;
        shows(self.browser(), "1,204 projects, updated").await;
        self.press("Refresh").await;
        // The new rows are inserted here, while the pointer is not on the rows. Later they would
        // wait behind a button that disappears as soon as the pointer leaves the rows.
        self.until(
            "return [...document.querySelectorAll('button')]\
            .some(button => button.innerText.trim() === 'Refresh')",
        )
        .await;
        hides(self.browser(), "Updated. Show changes").await;
        self.act(&at(".toggle[title='Critical']")).await;
        self.until("return location.search === '?severity=critical'")
            .await;
        self.choose("origin", "origin=").await;
        self.press("Clear filters").await;
        self.until("return location.search === ''").await;
        self.to_search().await;
        self.browser()
            .devtools("Input.insertText", json!({ "text": "chekout" }))
            .await;
        self.until("return location.search === '?q=chekout'").await;
        shows(self.browser(), "No projects match").await;
        self.browser().key("Escape").await;
        self.until("return location.search === ''").await;
        self.act(&at("th .sort")).await;
        self.until("return location.search.startsWith('?sort=')")
            .await;
        self.browser().go_in_history(-1).await;
        self.until("return location.search === ''").await;
        self.act(&at(".heading-switch")).await;
        self.until("return document.querySelector('#organizations').matches(':popover-open')")
            .await;
        self.press("Meridian Payments").await;
        self.browser()
            .heading("Projects in Meridian Payments")
            .await;
        shows(self.browser(), "4,012 projects, updated").await;
        self.is_sound("projects").await;
    }

    async fn issues(&self) {
        self.to_search().await;
        self.browser()
            .devtools("Input.insertText", json!({ "text": "checkout-gateway" }))
            .await;
        self.until("return location.search === '?q=checkout-gateway'")
            .await;
        self.act(&at("tbody .row [tabindex='0']")).await;
        self.browser().heading("meridian/checkout-gateway").await;
        shows(self.browser(), "of 237 issues, updated").await;
        self.act(&at(".toggle[title='Critical']")).await;
        shows(self.browser(), "6 of 237 issues").await;
        self.press("Fixable only").await;
        self.press("Clear filters").await;
        self.act(&at("th .sort")).await;
        self.until("return location.search.startsWith('?sort=')")
            .await;
        self.browser().go_in_history(-1).await;
        self.until("return location.search !== '' || !!document.querySelector('.row')")
            .await;
        let row = at(".issue-title[tabindex='0']");
        self.act(&row).await;
        if self.is_wide {
            self.until("return !!document.querySelector('#issue-title')")
                .await;
            if self.by == By::Keyboard {
                self.browser().key("ArrowDown").await;
                self.browser().key("Enter").await;
                self.browser().key("ArrowRight").await;
                self.until("return document.activeElement.id === 'issue-title'")
                    .await;
                self.browser().key("Escape").await;
            }
            self.press("Close").await;
            self.until("return !document.querySelector('#issue-title')")
                .await;
            self.until(IS_WRITTEN_BACK).await;
            self.act(&row).await;
        } else {
            let alone = "return !!document.querySelector('.issue-page')";
            self.until(alone).await;
            self.press("Next issue").await;
            self.press("Previous issue").await;
            self.until(alone).await;
            self.act(&at(".crumbs a")).await;
            self.until("return !!document.querySelector('.issue-table')")
                .await;
            self.until(IS_WRITTEN_BACK).await;
            self.act(&row).await;
            self.until(alone).await;
        }
        self.until("return location.search.includes('issue=')")
            .await;
        self.browser().go_in_history(-1).await;
        self.until("return !location.search.includes('issue=')")
            .await;
        self.browser().go_in_history(1).await;
        self.until("return location.search.includes('issue=')")
            .await;
        self.browser().go_in_history(-1).await;
        self.until("return !!document.querySelector('.issue-table')")
            .await;
        self.is_sound("issues").await;
    }

    async fn connection(&self) {
        self.press("Connection").await;
        self.until(HAS_ORGANIZATIONS).await;
        self.press("Refresh now").await;
        shows(self.browser(), "Access token expires in").await;
        self.until("return !!document.querySelector('.toast')")
            .await;
        self.act(&at(".toast-close")).await;
        self.press("Disconnect…").await;
        self.until("return document.querySelector('dialog').open")
            .await;
        self.press("Cancel").await;
        self.until("return !document.querySelector('dialog').open")
            .await;
        self.act(&at(".switcher-button")).await;
        self.until("return document.querySelector('#connections').matches(':popover-open')")
            .await;
        self.act(&at(".switcher-link")).await;
        self.until(HAS_ORGANIZATIONS).await;
        self.act(&at("[popovertarget=this-browser]")).await;
        self.until("return document.querySelector('#this-browser').matches(':popover-open')")
            .await;
        self.browser().key("Escape").await;
        self.is_sound("connection").await;
    }

    async fn ways_out(&self) {
        let url = &self.visit.bed.app.url;
        self.browser().go(&format!("{url}/callback")).await;
        self.browser().heading("37 critical issues").await;
        self.browser().go(&format!("{url}/no/such/page")).await;
        self.browser().heading("Page not found").await;
        self.press("Overview").await;
        self.browser().heading("37 critical issues").await;
        self.act(&at("[popovertarget=this-browser]")).await;
        self.press("Sign out").await;
        self.browser().heading("See which issues matter").await;
        self.browser().go(&format!("{url}/callback")).await;
        self.browser()
            .heading("We couldn’t match this sign-in to this browser")
            .await;
        self.is_sound("ways out").await;
    }
}

async fn tour(width: u32) {
    let visit = Visit::start().await;
    visit.browser.width(width).await;
    let mut tour = Tour {
        visit,
        by: By::Pointer,
        is_wide: width > 1_080,
    };
    for by in [By::Pointer, By::Keyboard] {
        tour.by = by;
        tour.connect().await;
        tour.overview().await;
        tour.projects().await;
        tour.issues().await;
        tour.connection().await;
        tour.all_issues().await;
        tour.flow().await;
        tour.browsers().await;
        tour.administration().await;
        tour.ways_out().await;
    }
    tour.visit.browser.close().await;
}

#[tokio::test]
async fn a_tour_of_every_page_on_a_small_phone() {
    tour(360).await;
}

#[tokio::test]
async fn a_tour_of_every_page_on_a_tablet() {
    tour(600).await;
}

#[tokio::test]
async fn a_tour_of_every_page_in_half_a_window() {
    tour(900).await;
}

#[tokio::test]
async fn a_tour_of_every_page_on_a_laptop() {
    tour(1_280).await;
}
