//! The place in a list where its next page begins, as opaque text (pure).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::ConnectionId;
use serde::{Deserialize, Serialize};
use shared::api::admin::InstallSort;

use crate::store::database::{InstallCursor, SortKey};

/// Maximum length of the text: a name of 100 characters of four bytes, some escaped, and an id.
const MAX_TEXT: usize = 1_500;

/// The content of a cursor: the order, the name or the time, and the id.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Encoded {
    sort: InstallSort,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    id: String,
}

/// Returns the text of a place.
pub(super) fn encode(sort: InstallSort, cursor: InstallCursor) -> String {
    let (name, time) = match cursor.key {
        SortKey::Name(name) => (Some(name), None),
        SortKey::Time(time) => (None, Some(time)),
    };
    let encoded = Encoded {
        sort,
        name,
        time,
        id: cursor.id.to_string(),
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&encoded).unwrap_or_default())
}

/// Parses the text of a place in this order. It is presented by a client, and so may be any place, but
/// none that a database would refuse.
pub(super) fn decode(sort: InstallSort, text: &str) -> Option<InstallCursor> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let encoded: Encoded = serde_json::from_slice(&bytes).ok()?;
    let id = ConnectionId::presented(&encoded.id);
    let key = match (sort, encoded.name, encoded.time) {
        (InstallSort::Name, Some(name), None) if !name.contains(char::is_control) => {
            SortKey::Name(name)
        }
        (InstallSort::Name, ..) => return None,
        (_, None, Some(time)) => SortKey::Time(time),
        _ => return None,
    };
    (encoded.sort == sort && !id.as_str().is_empty()).then_some(InstallCursor { key, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(key: SortKey) -> InstallCursor {
        InstallCursor {
            key,
            id: ConnectionId::presented("01ABC"),
        }
    }

    #[test]
    fn a_place_is_read_back_in_its_own_order_only() {
        let name = cursor(SortKey::Name("łódź \"'%_\\ شركة".to_owned()));
        let text = encode(InstallSort::Name, name.clone());
        assert_eq!(decode(InstallSort::Name, &text), Some(name));
        assert_eq!(decode(InstallSort::Ending, &text), None);
        let time = cursor(SortKey::Time(i64::MAX));
        let text = encode(InstallSort::Ending, time.clone());
        assert_eq!(decode(InstallSort::Ending, &text), Some(time));
        assert_eq!(decode(InstallSort::Connected, &text), None);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let encoded = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for text in [
            String::new(),
            "é".to_owned(),
            encoded("{}"),
            encoded(r#"{"sort":"name","name":"a\u0000","id":"x"}"#),
            encoded(r#"{"sort":"name","name":"a","id":"../x"}"#),
            encoded(r#"{"sort":"name","time":1,"id":"x"}"#),
            encoded(r#"{"sort":"name","name":"a","id":"x","more":1}"#),
            "a".repeat(MAX_TEXT + 1),
        ] {
            assert_eq!(decode(InstallSort::Name, &text), None, "{text}");
        }
    }
}
