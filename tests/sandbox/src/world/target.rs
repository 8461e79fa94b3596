//! A target: the repository, image or upload that projects come from.

use jiff::Timestamp;

use super::dice::Dice;
use super::estate::Estate;
use super::id::Kind;
use super::names::{self, Source};
use super::showpieces::Showpiece;

const DAY: usize = 24 * 60;

/// A target of an organization, by number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    estate: &'a Estate,
    at: usize,
    dice: Dice,
}

impl<'a> Target<'a> {
    pub(crate) fn new(estate: &'a Estate, at: usize) -> Self {
        Self {
            estate,
            at,
            dice: estate.dice.on("target").nth(at),
        }
    }

    pub(crate) fn id(&self) -> String {
        self.estate.ids.seal(Kind::Target, self.at)
    }

    fn showpiece(&self) -> Option<&'static Showpiece> {
        let first = self.estate.projects_of(self.at).next()?;
        self.estate.slot(first).showpiece
    }

    /// Returns the origin and its kind of source.
    pub(crate) fn origin(&self) -> (&'static str, Source) {
        match self.showpiece() {
            Some(piece) => (piece.origin, names::source_of(piece.origin)),
            None => names::origin(self.dice.on("origin")),
        }
    }

    pub(crate) fn display_name(&self) -> String {
        match self.showpiece() {
            Some(piece) => piece.target.to_owned(),
            None => names::target(self.dice, self.at, &self.estate.org.slug, self.origin().1),
        }
    }

    /// Returns the URL; uploads and images have none.
    pub(crate) fn url(&self) -> Option<String> {
        if self.origin().1 != Source::Repository || self.dice.on("url").chance(5) {
            return None;
        }
        let mut url = url::Url::parse("https://code.example.test/").ok()?;
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(self.display_name().split('/'));
        Some(url.into())
    }

    pub(crate) fn is_private(&self) -> bool {
        !self.dice.on("private").chance(12)
    }

    pub(crate) fn created(&self) -> Timestamp {
        let dice = self.dice.on("created");
        self.estate
            .minutes_ago((400 + dice.below(1_500)) * DAY, dice)
    }

    /// Returns the integration of the import; the command line has none.
    pub(crate) fn integration_id(&self) -> Option<String> {
        let (origin, source) = self.origin();
        let number = names::number_of(origin);
        (source != Source::Upload).then(|| self.estate.ids.seal(Kind::Integration, number))
    }

    /// Returns whether the target has no projects.
    pub(crate) fn is_empty(&self) -> bool {
        self.estate.projects_of(self.at).is_empty()
    }
}
