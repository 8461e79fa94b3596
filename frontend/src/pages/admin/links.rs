//! Addresses of the administration, and the icons of statuses.

use crate::{
    admin::address::{Place, Tab},
    components::icon::Icon,
    reactive::Signal,
};

/// Returns the icon of a status.
pub fn icon(tone: &str) -> Icon {
    match tone {
        "ok" => Icon::Check,
        "warn" => Icon::Triangle,
        _ => Icon::Minus,
    }
}

/// Returns the address of an install.
pub fn address_of(place: Signal<Place>, install: &str) -> String {
    place.with(|place| place.opening(install).address())
}

/// Returns the address of the installs.
pub fn address_of_all(place: Signal<Place>) -> String {
    place.with(|place| {
        let tab = match place.tab {
            Tab::Settings => Tab::Installs,
            tab => tab,
        };
        place.at(tab).address()
    })
}
