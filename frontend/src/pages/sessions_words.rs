//! What is said about browsers that were signed out, or could not be. Pure.

use shared::api::sessions::Browser;

/// Names the browsers that were signed out.
pub(super) fn signed_out(browsers: &[Browser]) -> Option<String> {
    name(browsers, ["is signed out", "browsers are signed out"])
}

/// Names the browsers that could not be signed out.
pub(super) fn still_signed_in(browsers: &[Browser]) -> Option<String> {
    name(
        browsers,
        ["is still signed in", "browsers are still signed in"],
    )
}

fn name(browsers: &[Browser], [of_one, of_more]: [&str; 2]) -> Option<String> {
    match browsers {
        [] => None,
        [one] => Some(format!("{} {of_one}", one.browser)),
        more => Some(format!("{} {of_more}", more.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_browser_is_named_and_more_are_counted() {
        let browser = Browser {
            id: "1".to_owned(),
            browser: "Safari on iPhone".to_owned(),
            signed_in_at: String::new(),
            last_used_at: String::new(),
            expires_at: String::new(),
            current: false,
        };
        let browsers = [browser.clone(), browser];
        assert_eq!(signed_out(&[]), None);
        let one = signed_out(&browsers[..1]).unwrap_or_default();
        assert_eq!(one, "Safari on iPhone is signed out");
        let two = still_signed_in(&browsers).unwrap_or_default();
        assert_eq!(two, "2 browsers are still signed in");
    }
}
