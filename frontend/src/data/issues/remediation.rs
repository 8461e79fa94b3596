//! The remediation of an issue, from Snyk's flags, and its reachability. A missing flag does not
//! mean "no", and is reported as unknown.

use shared::snyk::issue::{Coordinate, Reachability};

/// The best remediation of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remediation {
    /// Upgrade to a newer version.
    Upgrade,
    /// Apply Snyk's patch.
    Patch,
    /// Pin a version.
    Pin,
    /// Snyk has a fix and does not say which.
    Snyk,
    /// Manual.
    ByHand,
    /// No remediation yet.
    None,
    /// Unknown, because Snyk gives no flag.
    Unsaid,
}

impl Remediation {
    /// Returns the best one of all coordinates of an issue.
    #[must_use]
    pub fn of(places: &[Coordinate]) -> Self {
        places
            .iter()
            .map(Self::of_place)
            .min()
            .unwrap_or(Self::Unsaid)
    }

    fn of_place(place: &Coordinate) -> Self {
        let flags = [
            (place.is_upgradeable, Self::Upgrade),
            (place.is_patchable, Self::Patch),
            (place.is_pinnable, Self::Pin),
            (place.is_fixable_snyk, Self::Snyk),
            (place.is_fixable_manually, Self::ByHand),
            // The maintainers of the package have a fix, which a person can apply.
            (place.is_fixable_upstream, Self::ByHand),
        ];
        let yes = flags.iter().find(|(flag, _)| *flag == Some(true));
        match yes {
            Some((_, way)) => *way,
            None if flags.iter().any(|(flag, _)| flag.is_some()) => Self::None,
            None => Self::Unsaid,
        }
    }

    /// Returns whether a remediation is known.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::None | Self::Unsaid)
    }

    /// Returns the word for a column.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Upgrade => "Upgrade",
            Self::Patch => "Patch",
            Self::Pin => "Pin",
            Self::Snyk => "Snyk fix",
            Self::ByHand => "Manual fix",
            Self::None => "No fix",
            Self::Unsaid => "Unknown",
        }
    }

    /// Returns the advice, and the statement of Snyk's that it is based on; `None` if Snyk does not
    /// say. `package` is the package that has the issue, if there is one.
    #[must_use]
    pub fn advice(self, package: Option<&str>) -> Option<(String, &'static str)> {
        let package = package.unwrap_or("it");
        Some(match self {
            Self::Upgrade => (
                format!("Fixable by upgrading {package}"),
                "Snyk says an upgrade exists.",
            ),
            Self::Patch => ("Fixable by a patch".to_owned(), "Snyk says a patch exists."),
            Self::Pin => (
                format!("Fixable by pinning {package}"),
                "Snyk says that pinning a version fixes it.",
            ),
            Self::Snyk => (
                "Snyk has a fix".to_owned(),
                "Snyk doesn’t say which kind of fix.",
            ),
            Self::ByHand => (
                "Needs a manual fix".to_owned(),
                "Snyk lists no upgrade, patch or pin for it.",
            ),
            Self::None => (
                "No fix yet".to_owned(),
                "Snyk lists no upgrade, patch or other fix.",
            ),
            Self::Unsaid => return None,
        })
    }
}

/// Returns the strongest reachability of all coordinates of an issue.
#[must_use]
pub fn reached(places: &[Coordinate]) -> Option<&Reachability> {
    let rank = |reachability: &Reachability| match reachability {
        Reachability::Function => 0,
        Reachability::Package => 1,
        Reachability::Other(_) => 2,
        Reachability::NoInfo => 3,
        Reachability::NotApplicable => 4,
    };
    places
        .iter()
        .filter_map(|place| place.reachability.as_ref())
        .min_by_key(|reachability| rank(reachability))
}

/// Returns the value for a list of properties.
#[must_use]
pub fn reached_words(reachability: &Reachability) -> String {
    match reachability {
        Reachability::Function => "Yes, by function".to_owned(),
        Reachability::Package => "Yes, by package".to_owned(),
        Reachability::NoInfo => "No path found".to_owned(),
        Reachability::NotApplicable => "Does not apply".to_owned(),
        Reachability::Other(word) => word.clone(),
    }
}

/// Returns the sentence, for values that say that code reaches the issue.
#[must_use]
pub const fn reached_sentence(reachability: &Reachability) -> Option<&'static str> {
    match reachability {
        Reachability::Function => Some("The vulnerable function is called from your code."),
        Reachability::Package => Some("The vulnerable package is used by your code."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(upgrade: Option<bool>, patch: Option<bool>, by_hand: Option<bool>) -> Coordinate {
        Coordinate {
            is_upgradeable: upgrade,
            is_patchable: patch,
            is_fixable_manually: by_hand,
            ..Coordinate::default()
        }
    }

    #[test]
    fn the_best_flag_of_any_place_counts() {
        let patch = place(Some(false), Some(true), Some(true));
        let upgrade = place(Some(true), None, None);
        assert_eq!(
            Remediation::of(std::slice::from_ref(&patch)),
            Remediation::Patch
        );
        assert_eq!(Remediation::of(&[patch, upgrade]), Remediation::Upgrade);
        assert_eq!(
            Remediation::of(&[place(None, None, Some(true))]),
            Remediation::ByHand
        );
    }

    #[test]
    fn no_flag_is_not_the_same_as_no() {
        assert_eq!(Remediation::of(&[]), Remediation::Unsaid);
        assert_eq!(
            Remediation::of(&[place(None, None, None)]),
            Remediation::Unsaid
        );
        assert_eq!(
            Remediation::of(&[place(Some(false), None, None)]),
            Remediation::None
        );
        assert_eq!(Remediation::Unsaid.advice(Some("lodash")), None);
        assert!(
            !Remediation::None.is_known()
                && !Remediation::Unsaid.is_known()
                && Remediation::ByHand.is_known()
        );
    }

    #[test]
    fn a_fix_that_only_others_have_is_by_hand_and_snyks_own_is_told_so() {
        let upstream = Coordinate {
            is_fixable_upstream: Some(true),
            ..Coordinate::default()
        };
        let snyk = Coordinate {
            is_fixable_snyk: Some(true),
            ..Coordinate::default()
        };
        assert_eq!(Remediation::of(&[upstream]), Remediation::ByHand);
        assert_eq!(Remediation::of(&[snyk]), Remediation::Snyk);
    }

    #[test]
    fn advice_names_the_package() {
        let (title, _) = Remediation::Upgrade.advice(Some("lodash")).unwrap();
        assert_eq!(title, "Fixable by upgrading lodash");
        let (title, _) = Remediation::Pin.advice(None).unwrap();
        assert_eq!(title, "Fixable by pinning it");
    }

    #[test]
    fn the_nearest_reach_counts() {
        let at = |reachability| Coordinate {
            reachability,
            ..Coordinate::default()
        };
        let places = [
            at(None),
            at(Some(Reachability::NoInfo)),
            at(Some(Reachability::Function)),
        ];
        assert_eq!(reached(&places), Some(&Reachability::Function));
        assert_eq!(reached(&places[..1]), None);
        assert_eq!(
            reached_words(&Reachability::Other("maybe".to_owned())),
            "maybe"
        );
    }
}
