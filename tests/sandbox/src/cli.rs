//! The command line. The sandbox does not read the environment.

use std::net::SocketAddr;

use clap::Parser;
use jiff::Timestamp;

use crate::clock;
use crate::data::USER_EMAIL;
use crate::settings::{Context, OldAccess, Rotation, Settings};
use crate::world::World;

/// A local stand-in for Snyk, for trying an app out and for its tests.
#[derive(Debug, Clone, Parser)]
#[command(name = "snyk-sandbox", version, about)]
pub(crate) struct Cli {
    /// Where to listen: a loopback address; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:3001", value_parser = loopback)]
    pub(crate) listen: SocketAddr,
    /// Client id of the app that is registered from the start
    #[arg(long, default_value = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90")]
    client_id: String,
    /// Its client secret. The default has the characters that Snyk's own secrets have
    #[arg(
        long,
        default_value = "snyk_cs_sandbox^only`not*a=secret<kept]from/anyone+at%all",
        hide_default_value = true
    )]
    client_secret: String,
    /// Registered redirect URI, compared character for character; may be given several times
    #[arg(
        long = "redirect-uri",
        default_value = "http://localhost:3000/callback"
    )]
    redirect_uris: Vec<String>,
    /// Name of the app on the consent page
    #[arg(long, default_value = "Fathom")]
    app_name: String,
    /// Registered scopes, separated by spaces
    #[arg(
        long,
        default_value = "org.read org.project.read org.project.snapshot.read"
    )]
    scopes: String,
    /// Grant only these of the scopes that were asked for (default: all)
    #[arg(long)]
    grant_scopes: Option<String>,
    /// Whom the app acts as: a bot of the organization, or the user
    #[arg(long, value_enum, default_value_t = Context::Tenant)]
    context: Context,
    /// What a consumed refresh token does: `strict` ends the whole family, `grace:30` still
    /// serves it for 30 seconds
    #[arg(long, default_value = "strict")]
    rotation: Rotation,
    /// What a refresh does to the access token before: `lives` or `dies`
    #[arg(long, value_enum, default_value_t = OldAccess::Lives)]
    old_access: OldAccess,
    /// Seconds that an access token lives
    #[arg(long, default_value_t = 3_600)]
    access_ttl: u64,
    /// Seconds that a refresh token lives
    #[arg(long, default_value_t = 15_552_000)]
    refresh_ttl: u64,
    /// Seconds that an authorization code lives
    #[arg(long, default_value_t = 60)]
    code_ttl: u64,
    /// Leave `refresh_expires_in` out of token answers
    #[arg(long)]
    omit_refresh_expires: bool,
    /// API token of the signed-in person, for the endpoints that manage apps
    #[arg(long, default_value = "5a0dbd0c-0b0e-4b5e-9c1e-5a4db0c5a4db")]
    api_token: String,
    /// Further organizations in the group, for more than one page of them
    #[arg(long, default_value_t = 0)]
    extra_orgs: u32,
    /// REST requests that a token may make in a minute
    #[arg(long, default_value_t = 1_620)]
    rate_limit: u32,
    /// Which invented projects and issues there are
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The moment that their ages are counted from, such as 2026-03-25T12:00:00Z (default: now)
    #[arg(long)]
    as_of: Option<Timestamp>,
}

impl Cli {
    /// Returns the initial world.
    pub(crate) fn world(&self) -> World {
        World::new(self.seed, self.as_of.unwrap_or_else(clock::now))
    }

    /// Returns the initial settings.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            further_secrets: Vec::new(),
            redirect_uris: self.redirect_uris.clone(),
            app_name: self.app_name.clone(),
            scopes: self.scopes.clone(),
            grant_scopes: self.grant_scopes.clone(),
            context: self.context,
            rotation: self.rotation,
            old_access: self.old_access,
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            code_ttl: self.code_ttl,
            omit_refresh_expires: self.omit_refresh_expires,
            bot_id: true,
            iss: None,
            extra_orgs: self.extra_orgs,
            removed_orgs: Vec::new(),
            person: USER_EMAIL.to_owned(),
            api_token: self.api_token.clone(),
            rate_limit: Some(self.rate_limit),
            rate_interval_ms: 60_000,
        }
    }
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| "an address is expected, for example 127.0.0.1:3001".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(
            "the sandbox gives access to whoever asks, so it listens on loopback only \
             (127.0.0.1 or [::1])"
                .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_loopback_is_served() {
        assert!(loopback("127.0.0.1:0").is_ok());
        assert!(loopback("[::1]:3001").is_ok());
        assert!(loopback("0.0.0.0:3001").is_err());
        assert!(loopback("192.168.1.2:3001").is_err());
        assert!(loopback("localhost").is_err());
    }
}
