//! The `OpenAPI` document that is checked in is the one that the server makes from its routes and wire
//! types.

use std::{env, fs, path::Path};

use snyk_app::app::router;

/// The command that writes the document anew, with the variable that makes this test do so.
const RENEW: &str = "RENEW_OPENAPI=1 cargo test -p snyk-app --test openapi";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a variable for whoever changes the API, which is no configuration"
)]
fn the_document_that_is_checked_in_is_that_of_the_server() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document = router::table().document();
    if env::var_os("RENEW_OPENAPI").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    let first = checked_in
        .lines()
        .zip(document.lines())
        .position(|(theirs, ours)| theirs != ours);
    assert!(
        checked_in == document,
        "docs/openapi.json differs from line {}; renew it with: {RENEW}",
        first.unwrap_or_default() + 1,
    );
}
