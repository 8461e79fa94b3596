//! The problem responses of an operation. One component of the document is one status with the codes
//! that it may have.

use shared::problem::{Code, MEDIA_TYPE};
use utoipa::openapi::{
    AllOfBuilder, Content, Ref, Response, ResponseBuilder, Schema,
    schema::{ObjectBuilder, Type},
};

use super::components::{
    OPTIONAL_SET_COOKIE, reference, response, response_with_delay, response_with_optional_delay,
};

/// The problems with which the server rejects a request before it reaches any route.
const OF_SERVER: [(u16, Code); 6] = [
    (400, Code::BadRequest),
    (408, Code::BadRequest),
    (413, Code::PayloadTooLarge),
    (414, Code::PayloadTooLarge),
    (431, Code::PayloadTooLarge),
    (500, Code::Internal),
];

/// Those with which it rejects requests of the API only.
const OF_API: [(u16, Code); 3] = [
    (403, Code::Forbidden),
    (415, Code::BadRequest),
    (429, Code::RateLimited),
];

/// The media type of Snyk's documents.
pub(super) const SNYK_JSON: &str = "application/vnd.api+json";

/// Statuses with their codes, in the order of the statuses and of [`Code::ALL`].
#[derive(Clone, Debug)]
pub(super) struct Problems {
    by_status: Vec<(u16, Vec<Code>)>,
    variant: Variant,
}

/// What is particular of the problems of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    /// Nothing.
    Plain,
    /// A browser that navigates gets a page.
    OrPage,
    /// They may remove the cookie of a login attempt.
    RemovesCookie,
    /// Snyk may answer with the same status, and its answer is passed on.
    OrSnyk,
}

impl Problems {
    /// Returns those of each operation of the API.
    pub(super) fn of_api() -> Self {
        let mut problems = Self::outside_api();
        problems.variant = Variant::Plain;
        problems.add(&OF_API);
        problems
    }

    /// Returns those of each operation outside of it.
    pub(super) fn outside_api() -> Self {
        let mut problems = Self {
            by_status: Vec::new(),
            variant: Variant::OrPage,
        };
        problems.add(&OF_SERVER);
        problems
    }

    /// Adds problems.
    pub(super) fn add(&mut self, problems: &[(u16, Code)]) {
        for (status, code) in problems {
            let index = self.by_status.partition_point(|(known, _)| known < status);
            match self.by_status.get_mut(index) {
                Some((known, codes)) if known == status => {
                    if !codes.contains(code) {
                        codes.push(*code);
                        codes.sort_by_key(|code| Code::ALL.iter().position(|one| one == code));
                    }
                }
                _ => self.by_status.insert(index, (*status, vec![*code])),
            }
        }
    }

    /// Says what is particular of these problems.
    pub(super) fn set_variant(&mut self, variant: Variant) {
        self.variant = variant;
    }

    /// Iterates over the statuses and their codes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, &[Code])> {
        self.by_status
            .iter()
            .map(|(status, codes)| (*status, &**codes))
    }

    /// Returns the name of the component for a status and its codes.
    pub(super) fn name(&self, status: u16, codes: &[Code]) -> String {
        let mut name = status.to_string();
        for code in codes {
            name.push('-');
            name.push_str(code.as_str());
        }
        name.push_str(match self.variant {
            Variant::Plain => "",
            Variant::OrPage => "-or-page",
            Variant::RemovesCookie => "-of-login",
            Variant::OrSnyk => "-or-snyk",
        });
        name
    }

    /// Returns the component for a status and its codes.
    pub(super) fn response(&self, status: u16, codes: &[Code]) -> Response {
        let response = match status {
            // One that is passed on from Snyk has what Snyk says.
            429 | 503 if !matches!(self.variant, Variant::OrSnyk) => {
                response_with_delay(&described(codes))
            }
            429 | 502..=504 => response_with_optional_delay(&described(codes)),
            _ => response(&described(codes)),
        };
        self.added_to(response, status, codes).build()
    }

    /// Adds the problem document to a response.
    pub(super) fn added_to(
        &self,
        response: ResponseBuilder,
        status: u16,
        codes: &[Code],
    ) -> ResponseBuilder {
        let response = response.content(MEDIA_TYPE, Content::new(Some(schema(status, codes))));
        match self.variant {
            Variant::Plain => response,
            Variant::OrPage => {
                let page = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some("The same as a page, for a browser that navigates."));
                response.content("text/html; charset=utf-8", Content::new(Some(page)))
            }
            Variant::RemovesCookie => {
                response.header_ref("Set-Cookie", reference("headers", OPTIONAL_SET_COOKIE))
            }
            Variant::OrSnyk => with_snyk(response),
        }
    }
}

/// Adds the media types of Snyk's answers.
pub(super) fn with_snyk(response: ResponseBuilder) -> ResponseBuilder {
    [SNYK_JSON, "application/json"]
        .iter()
        .fold(response, |response, kind| {
            response.content(*kind, Content::new(Some(ObjectBuilder::new())))
        })
}

/// Returns the schema of a problem with one status and one of some codes.
fn schema(status: u16, codes: &[Code]) -> Schema {
    let is_one_of = ObjectBuilder::new()
        .property(
            "status",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .enum_values(Some([status])),
        )
        .property(
            "code",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(codes.iter().map(|code| code.as_str()))),
        );
    AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(is_one_of)
        .into()
}

/// Returns what the codes mean, as a list in Markdown.
fn described(codes: &[Code]) -> String {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("- `{code}`: {}", code.description()))
        .collect();
    lines.join("\n")
}
