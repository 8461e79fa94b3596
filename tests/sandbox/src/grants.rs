//! What was given out: codes, installs, tokens, and what has become of each.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::data::Org;
use crate::random;
use crate::settings::{Context, OldAccess, Rotation, Settings};

/// What a person gave access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The whole group.
    Group,
    /// One organization, by its slug.
    Org(String),
    /// Everything that the person reaches (user context).
    Everything,
}

impl Reach {
    /// Reads `group`, `org:<slug>` or `everything`.
    pub(crate) fn parse(text: &str, settings: &Settings) -> Option<Self> {
        match (settings.context, text) {
            (Context::User, _) => Some(Self::Everything),
            (Context::Tenant, "group") => Some(Self::Group),
            (Context::Tenant, _) => {
                let slug = text.strip_prefix("org:")?;
                settings
                    .orgs()
                    .iter()
                    .any(|org| org.slug == slug)
                    .then(|| Self::Org(slug.to_owned()))
            }
        }
    }

    /// The organizations that are reached.
    pub(crate) fn orgs(&self, settings: &Settings) -> Vec<Org> {
        let mut orgs = settings.orgs();
        orgs.retain(|org| match self {
            Self::Group => org.in_group,
            Self::Org(slug) => org.slug == *slug,
            Self::Everything => true,
        });
        orgs
    }
}

impl std::fmt::Display for Reach {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group => formatter.write_str("group"),
            Self::Org(slug) => write!(formatter, "org:{slug}"),
            Self::Everything => formatter.write_str("everything"),
        }
    }
}

/// An authorization code and what it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    /// As it stood in the authorize request, if it did.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) reach: Reach,
    pub(crate) context: Context,
    /// The id of who consented.
    pub(crate) user_id: String,
    /// Its exchange is to be answered late: a person asked for that on the consent page.
    pub(crate) late: bool,
    pub(crate) issued: Instant,
}

#[derive(Debug)]
enum CodeState {
    Fresh(Code),
    /// Redeemed, for that install.
    Spent(usize),
    /// Presented with a wrong verifier.
    Burnt,
}

/// One consent, and the token family that came from it.
#[derive(Debug, Clone)]
pub(crate) struct Install {
    pub(crate) id: String,
    pub(crate) bot_id: String,
    pub(crate) reach: Reach,
    pub(crate) context: Context,
    /// The id of who consented.
    pub(crate) user_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) generation: u64,
    /// Reuse ended every token.
    ended: bool,
    /// The refresh token was revoked; access tokens live on.
    revoked: bool,
    refresh_token: String,
    access_token: String,
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

/// A new token pair.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) bot_id: String,
    pub(crate) in_grace: bool,
}

/// Why there is no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unknown, expired or revoked.
    Dead,
    /// A code with another redirect URI.
    OtherRedirect,
    /// A code with another verifier.
    OtherVerifier,
    /// Consumed before. `ended` if this presentation ended a living family.
    Reused { ended: bool },
}

/// An install as tests see it.
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

/// How tokens are made: the settings and the sandbox's own address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mint<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) base: &'a str,
}

/// Everything that was given out.
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
    /// Remembers a value as secret.
    pub(crate) fn learn(&mut self, secret: &str) {
        if !self.secrets.iter().any(|known| known == secret) {
            self.secrets.push(secret.to_owned());
        }
    }

    /// All secret values, in the order in which they came to be.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// Gives out a code.
    pub(crate) fn issue(&mut self, code: Code) -> String {
        let value = random::opaque("sandbox_code");
        self.secrets.push(value.clone());
        self.codes.insert(value.clone(), CodeState::Fresh(code));
        value
    }

    /// Whether the exchange of this code is to be answered late.
    pub(crate) fn is_late(&self, code: &str) -> bool {
        matches!(self.codes.get(code), Some(CodeState::Fresh(code)) if code.late)
    }

    /// Redeems a code. A code that comes again ends the tokens that it gave (RFC 6749 section
    /// 4.1.2); one that comes with a wrong verifier is lost, as it is with fosite.
    pub(crate) fn redeem(
        &mut self,
        value: &str,
        redirect_uri: Option<&str>,
        challenge: &str,
        mint: Mint<'_>,
    ) -> Result<Pair, Refusal> {
        let state = self.codes.get_mut(value).ok_or(Refusal::Dead)?;
        let code = match state {
            CodeState::Fresh(code) => code,
            CodeState::Burnt => return Err(Refusal::Dead),
            CodeState::Spent(install) => {
                let ended = !std::mem::replace(&mut self.installs[*install].ended, true);
                return Err(Refusal::Reused { ended });
            }
        };
        if code.issued.elapsed() >= Duration::from_secs(mint.settings.code_ttl) {
            return Err(Refusal::Dead);
        }
        if code.redirect_uri.as_deref() != redirect_uri {
            return Err(Refusal::OtherRedirect);
        }
        if code.challenge != challenge {
            *state = CodeState::Burnt;
            return Err(Refusal::OtherVerifier);
        }
        let index = self.installs.len();
        self.installs.push(Install {
            id: random::uuid(),
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

    /// Notes that a refresh token is being presented. `false`: it is already in another's hands.
    pub(crate) fn begin(&mut self, token: &str) -> bool {
        self.in_flight.insert(token.to_owned())
    }

    /// Ends what [`Grants::begin`] began.
    pub(crate) fn end(&mut self, token: &str) {
        self.in_flight.remove(token);
    }

    /// Consumes a refresh token for a new pair.
    pub(crate) fn rotate(&mut self, token: &str, mint: Mint<'_>) -> Result<Pair, Refusal> {
        let refresh = self.refresh.get_mut(token).ok_or(Refusal::Dead)?;
        let index = refresh.install;
        let install = &mut self.installs[index];
        if let Some(consumed) = refresh.consumed {
            let in_grace = match mint.settings.rotation {
                Rotation::Strict => false,
                Rotation::Grace(seconds) => consumed.elapsed() < Duration::from_secs(seconds),
            };
            if !in_grace || install.ended || install.revoked {
                let ended = !std::mem::replace(&mut install.ended, true);
                return Err(Refusal::Reused { ended });
            }
            return Ok(self.pair(index, mint, true));
        }
        if install.ended || install.revoked || refresh.expires <= Instant::now() {
            return Err(Refusal::Dead);
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
        let access = crate::token::access_token(install, mint);
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

    /// Revokes whatever this is: a refresh token with all of its family, or an access token.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(refresh) = self.refresh.get(token) {
            self.installs[refresh.install].revoked = true;
        } else if let Some(access) = self.access.get_mut(token) {
            access.dead = true;
        }
    }

    /// The install that an access token speaks for, while it lives.
    pub(crate) fn bearer(&self, token: &str) -> Option<&Install> {
        let access = self.access.get(token)?;
        let install = self.installs.get(access.install)?;
        let alive = !access.dead && !install.ended && access.expires > Instant::now();
        alive.then_some(install)
    }

    /// Every access token dies before its time.
    pub(crate) fn expire_access(&mut self) {
        for access in self.access.values_mut() {
            access.dead = true;
        }
    }

    /// Every refresh token reaches its end.
    pub(crate) fn expire_refresh(&mut self) {
        let now = Instant::now();
        for refresh in self.refresh.values_mut() {
            refresh.expires = now;
        }
    }

    /// All installs, oldest first.
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
