//! The description of an operation: a method of a path.

use std::{collections::BTreeMap, fmt};

use shared::problem::Code;
use utoipa::{
    ToSchema,
    openapi::{
        Content, Header, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
        path::{OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::{ObjectBuilder, Type},
        security::SecurityRequirement,
    },
};

use super::{
    components::{
        ADMIN, LOOPBACK_ADMIN, LOOPBACK_SESSION, OPTIONAL_SET_COOKIE, SESSION, SET_COOKIE,
        reference, response,
    },
    problems::{Problems, Variant},
};

/// The media type of requests and responses.
const JSON: &str = "application/json";

/// What the document says about an operation. Every operation has the problems with which the server
/// rejects a request before it reaches a route.
pub struct Operation {
    builder: OperationBuilder,
    responses: BTreeMap<u16, ResponseBuilder>,
    problems: Problems,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

/// An operation with all that its path and the components of the document need.
pub(super) struct Described {
    pub(super) operation: utoipa::openapi::path::Operation,
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
    pub(super) responses: Vec<(String, Response)>,
}

impl Operation {
    /// Describes an operation of the API by its id, its tag and a summary.
    #[must_use]
    pub fn new(id: &str, tag: &str, summary: &str) -> Self {
        Self::with_problems(id, tag, summary, Problems::of_api())
    }

    /// Describes an operation outside of `/api`.
    #[must_use]
    pub fn outside_api(id: &str, tag: &str, summary: &str) -> Self {
        Self::with_problems(id, tag, summary, Problems::outside_api())
    }

    fn with_problems(id: &str, tag: &str, summary: &str, problems: Problems) -> Self {
        Self {
            builder: OperationBuilder::new()
                .operation_id(Some(id))
                .tag(tag)
                .summary(Some(summary)),
            responses: BTreeMap::new(),
            problems,
            schemas: Vec::new(),
        }
    }

    /// Says more than the summary, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.builder = self.builder.description(Some(text));
        self
    }

    /// Adds a response without a body.
    #[must_use]
    pub fn empty(mut self, status: u16, description: &str) -> Self {
        self.responses.insert(status, response(description));
        self
    }

    /// Adds a response with a JSON body of a type.
    #[must_use]
    pub fn json<T: ToSchema>(mut self, status: u16, description: &str) -> Self {
        let content = Content::new(Some(self.reference::<T>()));
        self.responses
            .insert(status, response(description).content(JSON, content));
        self
    }

    /// Adds a response with a body of another media type.
    #[must_use]
    pub fn body(
        mut self,
        status: u16,
        description: &str,
        media_type: &str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        let response = self
            .responses
            .remove(&status)
            .unwrap_or_else(|| response(description))
            .content(media_type, Content::new(Some(schema)));
        self.responses.insert(status, response);
        self
    }

    /// Adds a header to the response with a status, which was added before.
    #[must_use]
    pub fn header(mut self, status: u16, name: &str, header: Header) -> Self {
        if let Some(response) = self.responses.remove(&status) {
            self.responses.insert(status, response.header(name, header));
        }
        self
    }

    /// Says that the response with a status, which was added before, sets or removes cookies.
    #[must_use]
    pub fn sets_cookies(self, status: u16) -> Self {
        self.with_cookies(status, SET_COOKIE)
    }

    /// Says that the response with a status, which was added before, may set or remove cookies.
    #[must_use]
    pub fn may_set_cookies(self, status: u16) -> Self {
        self.with_cookies(status, OPTIONAL_SET_COOKIE)
    }

    fn with_cookies(mut self, status: u16, header: &str) -> Self {
        if let Some(response) = self.responses.remove(&status) {
            let response = response.header_ref("Set-Cookie", reference("headers", header));
            self.responses.insert(status, response);
        }
        self
    }

    /// Adds what any other status means: the response is passed on from Snyk.
    #[must_use]
    pub(super) fn passes_on(mut self, response: Response) -> Self {
        self.builder = self.builder.response("default", response);
        self
    }

    /// Adds a JSON request body of a type.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        let content = Content::new(Some(self.reference::<T>()));
        let body = RequestBodyBuilder::new()
            .content(JSON, content)
            .required(Some(Required::True))
            .build();
        self.builder = self.builder.request_body(Some(body));
        self
    }

    /// Says that the request needs `Content-Type: application/json`, and that its body is not read.
    #[must_use]
    pub fn takes_any_json(mut self) -> Self {
        let body = RequestBodyBuilder::new()
            .description(Some(
                "The body is not read and may be empty. The media type must be JSON.",
            ))
            .content(JSON, Content::default())
            .required(Some(Required::True))
            .build();
        self.builder = self.builder.request_body(Some(body));
        self
    }

    /// Adds a parameter of the path.
    #[must_use]
    pub fn path_parameter(
        self,
        name: &str,
        description: &str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        self.parameter(name, ParameterIn::Path, description, schema)
    }

    /// Adds an optional parameter of the query.
    #[must_use]
    pub fn query_parameter(
        self,
        name: &str,
        description: &str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        self.parameter(name, ParameterIn::Query, description, schema)
    }

    fn parameter(
        mut self,
        name: &str,
        place: ParameterIn,
        description: &str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        let required = if matches!(place, ParameterIn::Path) {
            Required::True
        } else {
            Required::False
        };
        self.builder = self.builder.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place)
                .required(required)
                .description(Some(description))
                .schema(Some(schema)),
        );
        self
    }

    /// Adds problems: statuses with their codes.
    #[must_use]
    pub fn problems(mut self, problems: &[(u16, Code)]) -> Self {
        self.problems.add(problems);
        self
    }

    /// Says that a session cookie is looked at if there is one.
    #[must_use]
    pub fn may_have_session(mut self) -> Self {
        self.builder = self.builder.security(SecurityRequirement::default());
        self.one_of([SESSION, LOOPBACK_SESSION]).reads_store()
    }

    /// Says that a session is required.
    #[must_use]
    pub fn needs_session(self) -> Self {
        self.one_of([SESSION, LOOPBACK_SESSION])
            .reads_store()
            .problems(&[(401, Code::NotSignedIn)])
    }

    /// Says that the session of an administrator is looked at if there is one.
    #[must_use]
    pub fn may_have_admin_session(mut self) -> Self {
        self.builder = self.builder.security(SecurityRequirement::default());
        self.one_of([ADMIN, LOOPBACK_ADMIN]).reads_store()
    }

    /// Says that the session of an administrator is required.
    #[must_use]
    pub fn needs_admin_session(self) -> Self {
        self.one_of([ADMIN, LOOPBACK_ADMIN])
            .reads_store()
            .problems(&[(401, Code::NotSignedIn)])
    }

    fn one_of(mut self, schemes: [&str; 2]) -> Self {
        for name in schemes {
            let requirement = SecurityRequirement::new(name, [""; 0]);
            self.builder = self.builder.security(requirement);
        }
        self
    }

    /// Says what is particular of the problems.
    #[must_use]
    pub(super) fn with_variant(mut self, variant: Variant) -> Self {
        self.problems.set_variant(variant);
        self
    }

    /// Adds the problem of a store that cannot be used now.
    #[must_use]
    pub fn reads_store(self) -> Self {
        self.problems(&[(503, Code::Unavailable)])
    }

    /// Adds the problems of a provider that does not answer as it should.
    #[must_use]
    pub fn asks_provider(self) -> Self {
        self.problems(&[
            (502, Code::ProviderUnavailable),
            (502, Code::ProviderRejectedClient),
            (503, Code::ProviderUnavailable),
            (504, Code::ProviderUnavailable),
        ])
    }

    fn reference<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name())
    }

    /// Completes the description. A problem whose status has a response of its own is another
    /// content of that response.
    pub(super) fn described(mut self) -> Described {
        let mut operation = self.builder;
        let mut components = Vec::new();
        for (status, codes) in self.problems.iter() {
            let own = self.responses.remove(&status);
            let response: RefOr<Response> = if let Some(response) = own {
                let response = self.problems.added_to(response, status, codes);
                RefOr::T(response.build())
            } else {
                let name = self.problems.name(status, codes);
                let response = RefOr::Ref(Ref::from_response_name(&*name));
                components.push((name, self.problems.response(status, codes)));
                response
            };
            operation = operation.response(status.to_string(), response);
        }
        for (status, response) in self.responses {
            operation = operation.response(status.to_string(), response.build());
        }
        Described {
            operation: operation.build(),
            schemas: self.schemas,
            responses: components,
        }
    }
}

/// Returns the schema of a text.
#[must_use]
pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_all_of_its_codes() {
        let described = Operation::new("x", "X", "Does x")
            .reads_store()
            .asks_provider()
            .described();
        let names: Vec<_> = described
            .responses
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with("50"))
            .collect();
        assert_eq!(
            names,
            [
                "500-internal",
                "502-provider_unavailable-provider_rejected_client",
                "503-provider_unavailable-unavailable",
                "504-provider_unavailable",
            ]
        );
    }
}
