//! The components of the document that are not schemas of wire types: security schemes and headers.

use utoipa::openapi::{
    Components, Header, HeaderBuilder, Ref, ResponseBuilder,
    extensions::Extensions,
    schema::{ObjectBuilder, Type},
    security::{ApiKey, ApiKeyValue, SecurityScheme},
};

/// The name of the scheme of the session cookie.
pub(super) const SESSION: &str = "session";
/// The name of the scheme of the session cookie on plain-http loopback.
pub(super) const LOOPBACK_SESSION: &str = "sessionOnLoopback";
/// The name of the scheme of an administrator's cookie.
pub(super) const ADMIN: &str = "administrator";
/// The name of the scheme of an administrator's cookie on plain-http loopback.
pub(super) const LOOPBACK_ADMIN: &str = "administratorOnLoopback";
/// The name of the header component of the request id.
const REQUEST_ID: &str = "RequestId";
/// The name of the header component of the retry delay.
const RETRY_AFTER: &str = "RetryAfter";
/// The name of the header component of a retry delay that may be absent.
const OPTIONAL_RETRY_AFTER: &str = "OptionalRetryAfter";
/// The name of the header component of cookies.
pub(super) const SET_COOKIE: &str = "SetCookie";
/// The name of the header component of cookies that may be absent.
pub(super) const OPTIONAL_SET_COOKIE: &str = "OptionalSetCookie";

/// Returns the components.
pub(super) fn components() -> Components {
    let mut components = Components::new();
    let cookie = |name: &str, text: &str| {
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, text)))
    };
    components.add_security_scheme(
        SESSION,
        cookie(
            "__Host-Http-session",
            "The session of a browser, set by `POST /api/connections`. `HttpOnly`, `Secure`, \
             `SameSite=Strict`.",
        ),
    );
    components.add_security_scheme(
        LOOPBACK_SESSION,
        cookie(
            "session",
            "The same cookie if `PUBLIC_URL` is plain http, which is possible on loopback only.",
        ),
    );
    components.add_security_scheme(
        ADMIN,
        cookie(
            "__Host-Http-admin",
            "The session of an administrator, set by `POST /api/admin/session`. It authorizes for \
             `/api/admin` only, and the session of a person does not.",
        ),
    );
    components.add_security_scheme(
        LOOPBACK_ADMIN,
        cookie("admin", "The same cookie on plain-http loopback."),
    );
    for (name, header) in [
        (REQUEST_ID, required(request_id())),
        (RETRY_AFTER, required(retry_after())),
        (OPTIONAL_RETRY_AFTER, retry_after()),
        (SET_COOKIE, required(set_cookie())),
        (OPTIONAL_SET_COOKIE, set_cookie()),
    ] {
        components.headers.insert(name.to_owned(), header.into());
    }
    components
}

/// Returns the header of what a disconnect did at the provider.
pub(super) fn revocation() -> Header {
    required(text_header(
        "`done` if the provider has revoked the tokens, `pending` if that is tried again later.",
        ObjectBuilder::new().enum_values(Some(["done", "pending"])),
    ))
}

/// Returns a header that every response has which names it. The library has no field for that.
fn required(mut header: Header) -> Header {
    header.extensions = Some(Extensions::from_iter([("required", true)]));
    header
}

/// Returns a header that is a text.
fn text_header(description: &str, schema: ObjectBuilder) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema.schema_type(Type::String)))
        .description(Some(description))
        .build()
}

/// Returns a response with the headers of every response.
pub(super) fn response(description: &str) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .header_ref("X-Request-Id", reference("headers", REQUEST_ID))
}

/// Returns a response that asks for patience.
pub(super) fn response_with_delay(description: &str) -> ResponseBuilder {
    response(description).header_ref("Retry-After", reference("headers", RETRY_AFTER))
}

/// Returns a response that may ask for patience.
pub(super) fn response_with_optional_delay(description: &str) -> ResponseBuilder {
    response(description).header_ref("Retry-After", reference("headers", OPTIONAL_RETRY_AFTER))
}

/// Returns a reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> Ref {
    Ref::new(format!("#/components/{kind}/{name}"))
}

fn request_id() -> Header {
    text_header(
        "The id of the request, a ULID, by which the server’s log can be searched.",
        ObjectBuilder::new().pattern(Some("^[0-9A-HJKMNP-TV-Z]{26}$")),
    )
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1));
    HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("Seconds to wait before the next try."))
        .build()
}

fn set_cookie() -> Header {
    text_header(
        "Sets or removes the cookie of the session or of a login attempt. There may be several of \
         these headers.",
        ObjectBuilder::new(),
    )
}
