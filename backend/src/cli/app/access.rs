//! The arguments that name an organization and an app of it.

use clap::Args;

use crate::{
    apps_api::Id,
    cli::{api_token::TokenArguments, region::RegionArgument},
};

/// The organization, and how to reach it.
#[derive(Args, Debug)]
pub(super) struct Access {
    /// The id of the organization that owns the app, from the organization's settings at Snyk.
    #[arg(long, alias = "orgId", value_name = "UUID")]
    pub(super) org_id: Id,
    #[command(flatten)]
    pub(super) region: RegionArgument,
    #[command(flatten)]
    pub(super) token: TokenArguments,
    /// Print the result, or the error, as JSON on standard output.
    #[arg(long)]
    pub(super) json: bool,
}

/// An app of the organization.
#[derive(Args, Debug)]
pub(super) struct Named {
    /// The app's id or client id. Without it, the app is the one in `CLIENT_ID`.
    #[arg(value_name = "APP")]
    pub(super) app: Option<Id>,
    #[command(flatten)]
    pub(super) access: Access,
}
