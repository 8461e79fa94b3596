//! The document as a whole, and its own route.

use std::collections::BTreeMap;

use shared::problem::Problem;
use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        Info, InfoBuilder, LicenseBuilder, OpenApiBuilder, Paths, RefOr, Response, Schema,
        schema::ObjectBuilder, tag::TagBuilder,
    },
};

use super::{components::components, operation::Operation};

/// The path of the document.
pub(super) const PATH: &str = "/api/openapi.json";

const ABOUT: &str = "\
The API of a Snyk App’s backend, for the app’s own page. It holds the client secret and the tokens, so \
no response contains a token.

**Who may ask.** A request that changes something, and every request with a cookie, must come from the \
app’s own page: with `Sec-Fetch-Site: same-origin`, or with an allowed `Origin`. A browser’s own \
navigation (`Sec-Fetch-Site: none`) may read. Other requests are answered with 403. `Host` must be \
that of `PUBLIC_URL`.

**Bodies.** A `POST`, and everything with a body, must be `application/json`, UTF-8, of at most 64 KiB.

**Errors** are problem documents (RFC 9457), with stable codes. A status whose description names \
several codes has one of them.

**Methods.** `HEAD` is answered as `GET` without its body. Any other method that a path does not have is answered \
with 405, the code `bad_request` and `Allow`; `CONNECT` and `TRACE` with 400. A preflight of the page \
on another allowed origin is answered with 204.

Unknown paths below `/api` are answered with 404 and the code `not_found`. Nothing is redirected, and \
no response may be stored by a cache.";

/// Describes the route of the document.
pub(super) fn operation() -> Operation {
    Operation::new("readOpenApi", "About the server", "This document").body(
        200,
        "This document.",
        "application/json",
        ObjectBuilder::new(),
    )
}

/// Returns the document as formatted JSON.
pub(super) fn document(
    paths: Paths,
    mut schemas: BTreeMap<String, RefOr<Schema>>,
    responses: BTreeMap<String, RefOr<Response>>,
) -> String {
    let mut of_problem = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut of_problem);
    schemas.extend(of_problem);
    let mut components = components();
    components.schemas = schemas;
    components.responses = responses;
    let tags = [
        ("Session", "Who is signed in, and in which browsers."),
        ("Login", "From the click on *Connect* to the connection."),
        ("Connections", "Authorizations of this app at Snyk."),
        (
            "Snyk",
            "Reads of Snyk’s API as one connection, by an allow-list.",
        ),
        (
            "Administration",
            "Every connection and what happened, for an administrator.",
        ),
        ("About the server", "Probes and this document."),
    ];
    let document = OpenApiBuilder::new()
        .info(info())
        .paths(paths)
        .components(Some(components))
        .tags(Some(tags.map(|(name, text)| {
            TagBuilder::new().name(name).description(Some(text)).build()
        })))
        .build();
    // Nothing in it can fail to be serialized: all keys are strings.
    let text = document.to_pretty_json().unwrap_or_default();
    without_rustdoc_links(&text) + "\n"
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Snyk App")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(
            LicenseBuilder::new()
                .name(env!("CARGO_PKG_LICENSE"))
                .identifier(Some(env!("CARGO_PKG_LICENSE")))
                .build(),
        ))
        .build()
}

/// Replaces the links of rustdoc, which lead nowhere here, by their words.
fn without_rustdoc_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((word, after)) = link.split_once("`]") else {
            break;
        };
        out.push_str(before);
        out.extend(["`", word, "`"]);
        rest = match after
            .strip_prefix('(')
            .and_then(|path| path.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_rustdoc_are_words() {
        for (text, expected) in [
            ("no link", "no link"),
            ("see [`A`], and [`B`](crate::B).", "see `A`, and `B`."),
            ("[`unfinished", "[`unfinished"),
            ("`x[0]` (y)", "`x[0]` (y)"),
        ] {
            assert_eq!(without_rustdoc_links(text), expected);
        }
    }
}
