//! The tour through the pages that are loaded later.

use serde_json::json;

use super::{By, Tour, at};
use crate::{
    admin, all_issues,
    data::{hides, shows},
};

impl Tour {
    async fn types_into_search(&self, text: &str, written: &str) {
        self.to_search().await;
        self.browser()
            .devtools("Input.insertText", json!({ "text": text }))
            .await;
        self.is_written(written).await;
    }

    async fn is_written(&self, words: &str) {
        self.until(&format!("return location.search.includes('{words}')"))
            .await;
    }

    async fn is_taken_back(&self, words: &str) {
        self.until(&format!("return !location.search.includes('{words}')"))
            .await;
    }

    /// From the verdict to what it counts: its filters, its three views, its files, and an issue.
    pub(super) async fn all_issues(&self) {
        self.press("Overview").await;
        self.browser().heading(all_issues::VERDICT).await;
        hides(self.browser(), "so far").await;
        self.act(&at("h1 a")).await;
        all_issues::listed(self.browser(), 37).await;

        let high = at(".toggle[title='High']");
        self.act(&high).await;
        self.is_written("high").await;
        // The numbers beside the names grow until all are here.
        self.until("return !document.querySelector('[aria-busy]')")
            .await;
        self.act(&high).await;
        self.is_taken_back("high").await;
        for (menu, written) in [
            ("org-filter", "org="),
            ("kind-filter", "kind="),
            ("created-filter", "created="),
            ("updated-filter", "updated="),
            ("status-filter", "status="),
        ] {
            self.choose(menu, written).await;
        }
        for words in ["Include ignored", "Fixable only"] {
            self.press(words).await;
        }
        self.is_written("fixable=").await;
        self.press("Clear filters").await;
        self.until("return location.search === ''").await;
        self.act(&at(".toggle[title='Critical']")).await;
        all_issues::listed(self.browser(), 37).await;
        self.types_into_search("CVE", "q=CVE").await;
        self.browser().key("Escape").await;
        self.is_taken_back("q=").await;

        for (view, name, group) in [
            ("By problem", "Problems", "problem="),
            ("By package", "Packages", "package="),
        ] {
            self.press(view).await;
            self.until(&format!(
                "return document.querySelector('.group-table')?.ariaLabel === '{name}'"
            ))
            .await;
            self.act(&at(".group-table th .sort")).await;
            self.is_written("sort=").await;
            self.act(&at(".group-table .issue-title[tabindex='0']"))
                .await;
            self.until("return !!document.querySelector('.issue-table .row')")
                .await;
            // Changes that follow one another faster than a person acts are written later.
            self.is_written(group).await;
            self.browser().go_in_history(-1).await;
            self.until("return !!document.querySelector('.group-table .row')")
                .await;
        }
        self.press("By issue").await;
        all_issues::listed(self.browser(), 37).await;

        self.press("Copy link").await;
        self.until(
            "return ['Copied', 'does not allow copying'].some(it => document.body.innerText.includes(it))",
        )
        .await;
        self.act(&at("[popovertarget=export]")).await;
        self.until("return document.querySelector('#export').matches(':popover-open')")
            .await;
        self.press("CSV").await;
        self.until(
            "return document.querySelector('.toast')?.innerText.includes('Saved 37 issues')",
        )
        .await;

        self.act(&at(".issue-table .issue-title[tabindex='0']"))
            .await;
        self.is_written("issue=").await;
        self.until("return !!document.querySelector('.issue-project a')")
            .await;
        self.act(&at(".issue-project a")).await;
        self.until("return location.pathname.includes('/projects/')")
            .await;
        self.is_sound("the issues of all projects").await;
    }

    /// The steps of the login, and their rehearsal.
    pub(super) async fn flow(&self) {
        self.press("Connection").await;
        self.press("What happened when you connected").await;
        self.browser().heading("What happened").await;
        self.press("Refresh now").await;
        shows(self.browser(), "became").await;
        self.press("Call Snyk").await;
        shows(self.browser(), "Snyk answered 200").await;
        self.press("Rehearse it").await;
        self.browser().heading("What happens").await;
        self.press("Show all").await;
        self.act(&at(".sequence li:nth-child(6) button")).await;
        self.is_written("step=6").await;
        self.press("Start over").await;
        self.press("Pause").await;
        self.press("Next step").await;
        self.is_sound("what happens in a login").await;
    }

    /// The browsers of the person, one of which is signed out.
    pub(super) async fn browsers(&self) {
        let bed = &self.visit.bed;
        bed.connect(&mut bed.browser()).await;
        self.act(&at("[popovertarget=this-browser]")).await;
        self.press("Where you are signed in").await;
        self.browser().heading("Where you are signed in").await;
        self.act(&at(".browsers button")).await;
        self.until("return !document.querySelector('.browsers button')")
            .await;
        self.is_sound("the browsers").await;
    }

    /// The administration, from its link to its end.
    pub(super) async fn administration(&self) {
        let link = admin::journey::link(&self.visit.bed.app).await;
        self.browser().go(&link).await;
        self.press("Sign in").await;
        self.browser().heading("Administration").await;
        shows(self.browser(), "Latest activity").await;
        self.press("Activity").await;
        self.is_written("tab=activity").await;
        self.choose("kinds", "kinds=").await;
        self.press("App settings").await;
        shows(self.browser(), "What this server uses").await;
        self.press("Installs").await;
        self.types_into_search("meridian", "meridian").await;
        if self.is_wide || self.by == By::Pointer {
            self.act(&at(".install-table th .sort")).await;
        }
        self.act(&at(".install-table a[tabindex='0']")).await;
        self.browser().heading("Meridian Freight").await;
        self.press("Disconnect").await;
        self.until("return document.querySelector('dialog').open")
            .await;
        self.press("Cancel").await;
        self.until("return !document.querySelector('dialog').open")
            .await;
        self.press("Administration").await;
        self.browser().heading("Administration").await;
        self.press("Leave").await;
        self.browser().heading("You have left").await;
        self.is_sound("the administration").await;
    }
}
