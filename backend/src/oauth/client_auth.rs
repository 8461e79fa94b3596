//! Authentication of the client with its secret (RFC 6749 section 2.3.1).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded::{self, byte_serialize};
use zeroize::Zeroizing;

/// Initial capacity for a form in bytes, so that it is written without reallocations that leave
/// copies in memory.
const FORM_CAPACITY: usize = 8 * 1024;

/// How a client presents its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the form, as `client_secret_post` (`OpenID` Connect).
    SecretPost,
    /// In the header `Authorization`, as `client_secret_basic`.
    SecretBasic,
}

/// A request of a token endpoint. Both parts hold secrets.
pub(super) struct AuthenticatedForm {
    /// The value of `Authorization`, if the method uses it.
    pub(super) authorization: Option<HeaderValue>,
    /// The body.
    pub(super) form: Zeroizing<Vec<u8>>,
}

impl ClientAuth {
    /// Adds the credentials to a form.
    pub(super) fn authenticate<'a>(
        self,
        client_id: &str,
        secret: &SecretString,
        parameters: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> AuthenticatedForm {
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(FORM_CAPACITY));
        form.extend_pairs(parameters);
        let authorization = match self {
            Self::SecretPost => {
                form.append_pair("client_id", client_id)
                    .append_pair("client_secret", secret.expose_secret());
                None
            }
            Self::SecretBasic => basic(client_id, secret),
        };
        AuthenticatedForm {
            authorization,
            form: Zeroizing::new(form.finish().into_bytes()),
        }
    }
}

/// Returns the header. Both parts are form-encoded first, so that a colon in them is unambiguous.
fn basic(client_id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let mut pair = Zeroizing::new(String::with_capacity(FORM_CAPACITY));
    pair.extend(byte_serialize(client_id.as_bytes()));
    pair.push(':');
    pair.extend(byte_serialize(secret.expose_secret().as_bytes()));
    let mut header = Zeroizing::new(String::with_capacity(2 * FORM_CAPACITY));
    header.push_str("Basic ");
    STANDARD.encode_string(pair.as_bytes(), &mut header);
    // This does not fail: the value is base64.
    let mut value = HeaderValue::try_from(header.as_str()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_in_the_form_or_in_the_header_and_never_in_both() {
        let send = |method: ClientAuth| {
            let secret = "s:+ %".to_owned().into();
            let request = method.authenticate("i:d", &secret, [("token", "a+b")].into_iter());
            let form = String::from_utf8(request.form.to_vec()).unwrap();
            (request.authorization, form)
        };
        let (authorization, form) = send(ClientAuth::SecretPost);
        assert!(authorization.is_none());
        assert_eq!(
            form,
            "token=a%2Bb&client_id=i%3Ad&client_secret=s%3A%2B+%25"
        );

        let (authorization, form) = send(ClientAuth::SecretBasic);
        let authorization = authorization.unwrap();
        assert!(authorization.is_sensitive());
        let encoded = authorization.to_str().unwrap().strip_prefix("Basic ");
        let pair = STANDARD.decode(encoded.unwrap()).unwrap();
        assert_eq!(pair, b"i%3Ad:s%3A%2B+%25");
        assert_eq!(form, "token=a%2Bb");
    }
}
