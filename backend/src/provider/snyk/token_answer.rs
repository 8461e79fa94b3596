//! What a token endpoint answers (RFC 6749 section 5.1, and a field of Snyk's), read with as little
//! severity as may be: with rotation, the pair that was presented is gone, and an answer that is
//! refused for the form of a field beside the tokens would cost the connection.

use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse, basic::BasicTokenType};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

/// The answer. The tokens must be tokens; whatever else it holds never costs the pair.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct TokenAnswer {
    #[serde(deserialize_with = "access_token")]
    access_token: AccessToken,
    #[serde(default, deserialize_with = "refresh_token")]
    refresh_token: Option<RefreshToken>,
    #[serde(default = "bearer", deserialize_with = "token_type")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "lifetime")]
    expires_in: Option<Duration>,
    #[serde(default, deserialize_with = "scopes", rename = "scope")]
    scopes: Option<Vec<Scope>>,
    #[serde(default, deserialize_with = "lifetime")]
    refresh_expires_in: Option<Duration>,
}

impl TokenAnswer {
    /// The refresh token's lifetime: Snyk's own field.
    pub(super) const fn refresh_expires_in(&self) -> Option<Duration> {
        self.refresh_expires_in
    }
}

impl TokenResponse for TokenAnswer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

const fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

/// One that can be sent (RFC 6750 section 2.1): a header takes no other.
fn access_token<'de, D: Deserializer<'de>>(from: D) -> Result<AccessToken, D::Error> {
    let token = String::deserialize(from)?;
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(D::Error::custom("it holds no access token"));
    }
    Ok(AccessToken::new(token))
}

/// An empty one is none.
fn refresh_token<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RefreshToken>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(token) if !token.is_empty() => Some(RefreshToken::new(token)),
        _ => None,
    })
}

/// Every token here is presented as a bearer, whatever it is called.
fn token_type<'de, D: Deserializer<'de>>(from: D) -> Result<BasicTokenType, D::Error> {
    Value::deserialize(from).map(|_| BasicTokenType::Bearer)
}

/// Seconds in whichever form; what is none of them is not known.
fn lifetime<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let seconds = match Value::deserialize(from)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(seconds
        .filter(|seconds| *seconds >= 0.0)
        .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
}

/// Words with spaces between them, or a list of words; what is neither is not known.
fn scopes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Scope>>, D::Error> {
    let words = |text: &str| {
        let words = text.split_ascii_whitespace();
        words.map(|word| Scope::new(word.to_owned())).collect()
    };
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(words(&text)),
        Value::Array(list) => {
            let list: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            Some(words(&list.join(" ")))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(name: &str, value: &Value) -> Option<TokenAnswer> {
        let mut answer = json!({ "access_token": "access", "refresh_token": "refresh" });
        answer[name] = value.clone();
        serde_json::from_value(answer).ok()
    }

    #[test]
    fn sec_43_no_form_of_a_lifetime_costs_the_pair() {
        for (value, seconds) in [
            (json!(15_552_000), Some(15_552_000)),
            (json!(15_552_000.5), Some(15_552_000)),
            (json!("60"), Some(60)),
            (json!(1e18), Some(1_000_000_000_000_000_000)),
            (json!(1e300), Some(u64::MAX)),
            (json!(-1), None),
            (json!(null), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!([]), None),
        ] {
            let answer = read("expires_in", &value).unwrap();
            let told = answer.expires_in().map(|lifetime| lifetime.as_secs());
            assert_eq!(told, seconds, "{value}");
            let answer = read("refresh_expires_in", &value).unwrap();
            let told = answer.refresh_expires_in();
            assert_eq!(told.map(|lifetime| lifetime.as_secs()), seconds, "{value}");
        }
    }

    #[test]
    fn sec_43_no_form_of_what_stands_beside_the_tokens_costs_the_pair() {
        for value in [json!("BEARER"), json!("mac"), json!(5), json!(null)] {
            let answer = read("token_type", &value).unwrap();
            assert_eq!(answer.token_type(), &BasicTokenType::Bearer);
        }
        for (value, scopes) in [
            (json!("org.read  org.edit"), Some(2)),
            (json!(["org.read", 5, "org.edit org.x"]), Some(3)),
            (json!(""), Some(0)),
            (json!(5), None),
        ] {
            let answer = read("scope", &value).unwrap();
            assert_eq!(answer.scopes().map(Vec::len), scopes, "{value}");
        }
        assert!(read("bot_id", &json!({ "x": [1] })).is_some());
    }

    #[test]
    fn what_is_no_token_is_not_kept_as_one() {
        for value in [json!(""), json!("a\nb"), json!("å"), json!(null), json!(5)] {
            assert!(read("access_token", &value).is_none(), "{value}");
        }
        for value in [json!(""), json!(null), json!(5)] {
            let answer = read("refresh_token", &value).unwrap();
            assert!(answer.refresh_token().is_none(), "{value}");
        }
    }
}
