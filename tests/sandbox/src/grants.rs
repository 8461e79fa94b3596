//! The issued codes, installs and tokens, with their states.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

use crate::clock;
use crate::grant_scope::GrantScope;
use crate::random;
use crate::scopes;
use crate::settings::{Context, OldAccess, Rotation, Settings};

/// An authorization code with the parameters of its request.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    /// The client to which the code is issued.
    pub(crate) client_id: String,
    /// The redirect URI of the authorization request, if it had one.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) reach: GrantScope,
    pub(crate) context: Context,
    /// The id of the person who consented.
    pub(crate) user_id: String,
    /// Whether the exchange is delayed, as a person requested on the consent page.
    pub(crate) late: bool,
    pub(crate) issued: Instant,
}

#[derive(Debug)]
enum CodeState {
    Fresh(Code),
    /// Redeemed for that install.
    Spent(usize),
    /// Presented with a wrong verifier.
    Burnt,
}

/// One consent, and the token family issued for it.
#[derive(Debug, Clone)]
pub(crate) struct Install {
    pub(crate) id: String,
    /// The client id of the app; `None` for a person with an API token.
    pub(crate) client_id: Option<String>,
    pub(crate) bot_id: String,
    pub(crate) reach: GrantScope,
    pub(crate) context: Context,
    /// The id of the person who consented.
    pub(crate) user_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) generation: u64,
    /// Whether all tokens were revoked because of a reuse.
    ended: bool,
    /// Whether the refresh token was revoked; access tokens stay valid.
    revoked: bool,
    refresh_token: String,
    access_token: String,
}

impl Install {
    /// Returns the access of the signed-in person with an API token: everything that an app could
    /// be granted.
    pub(crate) fn of_person(settings: &Settings) -> Self {
        Self {
            id: random::uuid(),
            client_id: None,
            bot_id: random::uuid(),
            reach: GrantScope::Everything,
            context: Context::User,
            user_id: settings.user_id(),
            scopes: scopes::all().map(str::to_owned).collect(),
            generation: 0,
            ended: false,
            revoked: false,
            refresh_token: String::new(),
            access_token: String::new(),
        }
    }

    fn is_of(&self, client_id: &str) -> bool {
        self.client_id.as_deref() == Some(client_id)
    }
}

#[derive(Debug)]
struct Access {
    install: usize,
    expires: Instant,
    dead: bool,
}

#[derive(Debug)]
struct Refresh {
    install: usize,
    expires: Instant,
    consumed: Option<Instant>,
}

#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) bot_id: String,
    pub(crate) in_grace: bool,
}

/// The reason why no pair is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// Unknown, expired or revoked.
    Dead,
    /// The code was issued for a different redirect URI.
    OtherRedirect,
    /// The code was issued for a different verifier.
    OtherVerifier,
    /// Already consumed. `ended` if this presentation revoked an active family.
    Reused { ended: bool },
}

/// The representation of an install for tests.
#[derive(Debug, Serialize)]
pub(crate) struct InstallView {
    id: String,
    context: Context,
    reach: String,
    bot_id: String,
    scopes: Vec<String>,
    generation: u64,
    refresh_alive: bool,
    access_alive: bool,
}

/// Parameters of token generation: the settings and the sandbox's own URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mint<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) base: &'a str,
}

/// Everything that was issued.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: HashMap<String, CodeState>,
    installs: Vec<Install>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    in_flight: HashSet<String>,
    secrets: Vec<String>,
}

impl Grants {
    /// Records a value as secret.
    pub(crate) fn learn(&mut self, secret: &str) {
        if !self.secrets.iter().any(|known| known == secret) {
            self.secrets.push(secret.to_owned());
        }
    }

    /// Returns all secrets in the order of their creation.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// Issues a code.
    pub(crate) fn issue(&mut self, code: Code) -> String {
        let value = random::opaque("sandbox_code");
        self.secrets.push(value.clone());
        self.codes.insert(value.clone(), CodeState::Fresh(code));
        value
    }

    /// Returns whether the exchange of a code is to be delayed.
    pub(crate) fn is_late(&self, code: &str) -> bool {
        matches!(self.codes.get(code), Some(CodeState::Fresh(code)) if code.late)
    }

    /// Redeems a code. A reused code revokes the tokens that were issued for it (RFC 6749 section
    /// 4.1.2). A code presented with a wrong verifier becomes invalid, as in fosite.
    pub(crate) fn redeem(
        &mut self,
        value: &str,
        redirect_uri: Option<&str>,
        challenge: &str,
        mint: Mint<'_>,
    ) -> Result<Pair, Rejection> {
        let state = self.codes.get_mut(value).ok_or(Rejection::Dead)?;
        let code = match state {
            CodeState::Fresh(code) => code,
            CodeState::Burnt => return Err(Rejection::Dead),
            CodeState::Spent(install) => {
                let ended = !std::mem::replace(&mut self.installs[*install].ended, true);
                return Err(Rejection::Reused { ended });
            }
        };
        // Issued to another client (RFC 6749 section 5.2).
        if code.client_id != mint.settings.client_id {
            return Err(Rejection::Dead);
        }
        if code.issued.elapsed() >= Duration::from_secs(mint.settings.code_ttl) {
            return Err(Rejection::Dead);
        }
        if code.redirect_uri.as_deref() != redirect_uri {
            return Err(Rejection::OtherRedirect);
        }
        if code.challenge != challenge {
            *state = CodeState::Burnt;
            return Err(Rejection::OtherVerifier);
        }
        let index = self.installs.len();
        self.installs.push(Install {
            id: random::uuid(),
            client_id: Some(code.client_id.clone()),
            bot_id: random::uuid(),
            reach: code.reach.clone(),
            context: code.context,
            user_id: code.user_id.clone(),
            scopes: code.scopes.clone(),
            generation: 0,
            ended: false,
            revoked: false,
            refresh_token: String::new(),
            access_token: String::new(),
        });
        *state = CodeState::Spent(index);
        Ok(self.pair(index, mint, false))
    }

    /// Marks a refresh token as being presented. Returns `false` if another request is already
    /// presenting it.
    pub(crate) fn begin(&mut self, token: &str) -> bool {
        self.in_flight.insert(token.to_owned())
    }

    /// Removes the mark of [`Grants::begin`].
    pub(crate) fn end(&mut self, token: &str) {
        self.in_flight.remove(token);
    }

    /// Consumes a refresh token and issues a new pair.
    pub(crate) fn rotate(&mut self, token: &str, mint: Mint<'_>) -> Result<Pair, Rejection> {
        let refresh = self.refresh.get_mut(token).ok_or(Rejection::Dead)?;
        let index = refresh.install;
        let install = &mut self.installs[index];
        if !install.is_of(&mint.settings.client_id) {
            return Err(Rejection::Dead);
        }
        if let Some(consumed) = refresh.consumed {
            let in_grace = match mint.settings.rotation {
                Rotation::Strict => false,
                Rotation::Grace(seconds) => consumed.elapsed() < Duration::from_secs(seconds),
            };
            if !in_grace || install.ended || install.revoked {
                let ended = !std::mem::replace(&mut install.ended, true);
                return Err(Rejection::Reused { ended });
            }
            return Ok(self.pair(index, mint, true));
        }
        if install.ended || install.revoked || refresh.expires <= Instant::now() {
            return Err(Rejection::Dead);
        }
        refresh.consumed = Some(Instant::now());
        install.generation += 1;
        if mint.settings.old_access == OldAccess::Dies
            && let Some(access) = self.access.get_mut(&install.access_token)
        {
            access.dead = true;
        }
        Ok(self.pair(index, mint, false))
    }

    fn pair(&mut self, index: usize, mint: Mint<'_>, in_grace: bool) -> Pair {
        let install = &mut self.installs[index];
        let access = access_token(install, mint);
        let refresh = random::opaque("sandbox_refresh");
        let now = Instant::now();
        self.access.insert(
            access.clone(),
            Access {
                install: index,
                expires: now + Duration::from_secs(mint.settings.access_ttl),
                dead: false,
            },
        );
        self.refresh.insert(
            refresh.clone(),
            Refresh {
                install: index,
                expires: now + Duration::from_secs(mint.settings.refresh_ttl),
                consumed: None,
            },
        );
        self.secrets.extend([access.clone(), refresh.clone()]);
        install.access_token.clone_from(&access);
        install.refresh_token.clone_from(&refresh);
        Pair {
            access,
            refresh,
            scopes: install.scopes.clone(),
            bot_id: install.bot_id.clone(),
            in_grace,
        }
    }

    /// Revokes a refresh token with all of its family, or an access token, if it was issued to that
    /// client.
    pub(crate) fn revoke(&mut self, token: &str, client_id: &str) {
        if let Some(refresh) = self.refresh.get(token) {
            let install = &mut self.installs[refresh.install];
            install.revoked |= install.is_of(client_id);
        } else if let Some(access) = self.access.get_mut(token) {
            access.dead |= self.installs[access.install].is_of(client_id);
        }
    }

    /// Ends every install of a deleted app.
    pub(crate) fn uninstall(&mut self, client_id: &str) {
        for install in &mut self.installs {
            install.ended |= install.is_of(client_id);
        }
    }

    /// Returns the install of an access token, while the token is valid.
    pub(crate) fn bearer(&self, token: &str) -> Option<&Install> {
        let access = self.access.get(token)?;
        let install = self.installs.get(access.install)?;
        let alive = !access.dead && !install.ended && access.expires > Instant::now();
        alive.then_some(install)
    }

    /// Expires every access token.
    pub(crate) fn expire_access(&mut self) {
        for access in self.access.values_mut() {
            access.dead = true;
        }
    }

    /// Expires every refresh token.
    pub(crate) fn expire_refresh(&mut self) {
        let now = Instant::now();
        for refresh in self.refresh.values_mut() {
            refresh.expires = now;
        }
    }

    /// Returns all installs, oldest first.
    pub(crate) fn installs(&self) -> Vec<InstallView> {
        self.installs
            .iter()
            .map(|install| InstallView {
                id: install.id.clone(),
                context: install.context,
                reach: install.reach.to_string(),
                bot_id: install.bot_id.clone(),
                scopes: install.scopes.clone(),
                generation: install.generation,
                refresh_alive: !install.ended
                    && !install.revoked
                    && self
                        .refresh
                        .get(&install.refresh_token)
                        .is_some_and(|token| {
                            token.consumed.is_none() && token.expires > Instant::now()
                        }),
                access_alive: self.bearer(&install.access_token).is_some(),
            })
            .collect()
    }
}

/// Returns an access token in the format of a JWT. Its signature is random, because only the
/// sandbox verifies it, and the sandbox recognizes its own tokens.
fn access_token(install: &Install, mint: Mint<'_>) -> String {
    let now = clock::now().as_second();
    let subject = match install.context {
        Context::Tenant => install.bot_id.clone(),
        Context::User => install.user_id.clone(),
    };
    let header = json!({"alg": "RS256", "kid": "sandbox", "typ": "JWT"});
    let payload = json!({
        "aud": [mint.base],
        "azp": mint.settings.client_id,
        "exp": now.saturating_add_unsigned(mint.settings.access_ttl),
        "iat": now,
        "iss": mint.settings.iss.as_deref().unwrap_or(mint.base),
        "jti": random::uuid(),
        "scope": install.scopes.join(" "),
        "sub": subject,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&header), part(&payload), random::text())
}
