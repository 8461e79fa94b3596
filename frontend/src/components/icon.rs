//! Icons on a grid of 16, drawn in the colour of the text. Text always accompanies them.

use leptos::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Continue.
    Arrow,
    /// A permission that only reads.
    Eye,
    /// A permission that can change things.
    Pencil,
    /// Present or done.
    Check,
    /// Warning.
    Triangle,
    /// Time.
    Clock,
    /// Copy.
    Copy,
    /// Close.
    Cross,
    /// Repeat.
    Again,
    /// External link.
    Out,
    /// The account.
    Person,
    /// Declined or not available.
    Minus,
    /// Error.
    Stop,
    /// Settings.
    Sliders,
    /// A later step.
    Ring,
    /// The current step.
    Dot,
    /// Sort direction, or a list that opens.
    Down,
    /// Selection of one of several.
    Choose,
    /// Search.
    Magnifier,
    /// Add.
    Plus,
    /// Upgrade.
    Up,
    /// Go back.
    Back,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Arrow => "M2 8h11M9 4l4 4-4 4",
            Self::Eye => {
                "M1.5 8C3.5 5 5.5 3.8 8 3.8S12.500 5 14.500 8C12.500 11 10.500 12.200 8 12.200S3.500 11 1.500 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0"
            }
            Self::Pencil => "M3 13l.8-3L11 2.800 13.200 5 6 12.200zM9.500 4.300l2.200 2.200",
            Self::Check => "M2.500 8.500l3.500 3.500 7.500-8",
            Self::Triangle => "M8 2L14.500 13.500h-13zM8 6.500v3M8 11.300v.4",
            Self::Clock => "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 4.500V8l2.500 1.500",
            Self::Copy => "M6 6h7.500v7.500H6zM10 3.500V2.500H2.500V10h1",
            Self::Cross => "M3.500 3.500l9 9M12.500 3.500l-9 9",
            Self::Out => "M6.500 3H3v10h10V9.500M9.500 2.500h4v4M13 3L7.500 8.500",
            Self::Person => {
                "M5.200 5a2.800 2.800 0 1 0 5.600 0a2.800 2.800 0 1 0-5.600 0M2.500 14c0-3 2.500-4.500 5.500-4.500s5.500 1.500 5.500 4.500"
            }
            Self::Minus => "M3 8h10",
            Self::Stop => "M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5zM8 5v3.500M8 10.900v.2",
            Self::Sliders => "M2 5h4M10 5h4M6 3h4v4H6zM2 11h1.500M7.500 11H14M3.500 9h4v4h-4z",
            Self::Ring => "M3.500 8a4.500 4.500 0 1 0 9 0a4.500 4.500 0 1 0-9 0",
            Self::Dot => {
                "M5.500 8a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M7 8a1 1 0 1 0 2 0a1 1 0 1 0-2 0"
            }
            Self::Up => "M8 13.500V3M4 7l4-4 4 4",
            Self::Back => "M14 8H3M7 4L3 8l4 4",
            Self::Down => "M4 6l4 4 4-4",
            Self::Choose => "M4.500 6L8 2.500 11.500 6M4.500 10L8 13.500 11.500 10",
            Self::Magnifier => {
                "M2.500 6.800a4.300 4.300 0 1 0 8.600 0a4.300 4.300 0 1 0-8.600 0M10.200 10.200l3.800 3.800"
            }
            Self::Plus => "M8 2.500v11M2.500 8h11",
            Self::Again => "M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3",
        }
    }

    /// Returns the view of the icon.
    #[must_use]
    pub fn view(self) -> impl IntoView + use<> {
        view! {
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d=self.path() />
            </svg>
        }
    }
}

/// Returns the logo: a ruler.
#[must_use]
pub fn mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d="M2 1v18M6 3.500h13M6 10h8M6 16.500h4" />
        </svg>
    }
}
