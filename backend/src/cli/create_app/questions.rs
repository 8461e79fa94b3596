//! The questions of the interactive mode.

use std::fmt::{self, Write as _};

use inquire::{Confirm, MultiSelect, Select, Text, list_option::ListOption};
use shared::{
    scope::{self, Scopes},
    snyk::Org,
};

use super::{
    draft::{ChosenOrg, Draft, check_name, check_redirect_uri, with_mandatory},
    failure::Failure,
};
use crate::{
    apps_api::Context,
    cli::{
        prompt::{CannotAsk, validation},
        region,
    },
    config::{provider::Provider, scopes::MANDATORY},
    telemetry,
};

/// The number of lines that a list shows at once.
const PAGE: usize = 10;
/// The redirect URI of an app that runs on this computer.
const LOCAL_REDIRECT_URI: &str = "http://localhost:3000/callback";
/// The scopes that the pages of this app read with.
const USUAL_SCOPES: [&str; 2] = ["org.project.read", "org.project.snapshot.read"];

/// A line of a list, and what it stands for.
struct Choice<T> {
    value: T,
    label: String,
}

impl<T> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// Asks whether an existing `.env` is to be changed.
pub(super) fn overwrite() -> Result<bool, CannotAsk> {
    let answer = Confirm::new(".env exists already. Write the app into it?")
        .with_help_message(
            "a backup is kept; its ENCRYPTION_SECRET, comments and other variables stay",
        )
        .with_default(false)
        .prompt()?;
    Ok(answer)
}

/// Asks for the region.
pub(super) fn region() -> Result<&'static str, CannotAsk> {
    let regions = region::all().map(|(value, pages)| Choice {
        value,
        label: format!("{value:<7} {pages}"),
    });
    let answer = Select::new("Which Snyk do you sign in to?", regions.collect())
        .with_formatter(&|chosen| chosen.value.value.to_owned())
        .without_filtering()
        .prompt()?;
    Ok(answer.value)
}

/// Asks for the organization that owns the app.
pub(super) fn org(orgs: Vec<Org>) -> Result<ChosenOrg, Failure> {
    let choices: Vec<_> = orgs.into_iter().filter_map(choice).collect();
    if choices.is_empty() {
        return Err(Failure::NoOrg);
    }
    let answer = Select::new("Organization that owns the app:", choices)
        .with_page_size(PAGE)
        .with_help_message("↑↓ to move, type to filter, Enter to choose")
        .prompt()
        .map_err(CannotAsk::from)?;
    Ok(answer.value)
}

fn choice(org: Org) -> Option<Choice<ChosenOrg>> {
    let id = org.id.parse().ok()?;
    // A control character would control the terminal.
    let visible = |text: String| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let name = org.attributes.name.map(visible);
    let slug = org.attributes.slug.map(visible);
    let label = match (&name, slug) {
        (Some(name), Some(slug)) => format!("{name} ({slug})"),
        (Some(name), None) => name.clone(),
        (None, Some(slug)) => slug,
        (None, None) => org.id,
    };
    Some(Choice {
        value: ChosenOrg { id, name },
        label,
    })
}

/// Asks for everything else that is missing.
pub(super) fn rest(draft: &mut Draft) -> Result<(), CannotAsk> {
    if draft.name.is_none() {
        let name = text("Name of the app:", check_name)
            .with_help_message("people see it when they are asked for their consent")
            .prompt()?;
        draft.name = Some(name.trim().to_owned());
    }
    if draft.redirect_uris.is_empty() {
        let uri = text("Redirect URI:", check_redirect_uri)
            .with_default(LOCAL_REDIRECT_URI)
            .with_help_message("where Snyk sends people back to; it ends in /callback")
            .prompt()?;
        draft.redirect_uris.push(uri.trim().to_owned());
    }
    if draft.scopes.is_none() {
        draft.scopes = Some(scopes()?);
    }
    if draft.context.is_none() {
        draft.context = Some(context()?);
    }
    Ok(())
}

fn text<E: ToString + 'static>(
    question: &'static str,
    check: fn(&str) -> Result<(), E>,
) -> Text<'static, 'static> {
    Text::new(question).with_validator(move |text: &str| {
        let checked = check(text.trim());
        Ok(validation(
            checked.map_err(|why| format!("it {}", why.to_string())),
        ))
    })
}

fn scopes() -> Result<Scopes, CannotAsk> {
    let choices: Vec<_> = scope::known()
        .filter(|scope| *scope != MANDATORY)
        .map(|value| Choice {
            value,
            label: format!("{value:<29} {}", scope::meaning(value)),
        })
        .collect();
    let usual: Vec<usize> = choices
        .iter()
        .enumerate()
        .filter(|(_, choice)| USUAL_SCOPES.contains(&choice.value))
        .map(|(index, _)| index)
        .collect();
    let names = |chosen: &[ListOption<&Choice<&str>>]| {
        let names = chosen.iter().map(|choice| choice.value.value);
        names.collect::<Vec<_>>().join(" ")
    };
    let answer = MultiSelect::new("Scopes beyond org.read, which every app has:", choices)
        .with_default(&usual)
        .with_page_size(PAGE)
        .with_formatter(&names)
        .with_help_message("Space to select, type to filter, Enter when done; not changeable later")
        .prompt()?;
    let chosen = answer.iter().map(|choice| choice.value);
    Ok(with_mandatory(&Scopes::parse(
        &chosen.collect::<Vec<_>>().join(" "),
    )))
}

fn context() -> Result<Context, CannotAsk> {
    let choices = [Context::Tenant, Context::User].map(|value| Choice {
        value,
        label: format!("{:<7} {}", value.as_str(), meaning(value)),
    });
    let answer = Select::new("The app acts as", choices.into())
        .with_formatter(&|chosen| chosen.value.value.to_string())
        .with_help_message("not changeable later")
        .without_filtering()
        .prompt()?;
    Ok(answer.value)
}

fn meaning(context: Context) -> &'static str {
    match context {
        Context::Tenant => "a bot of the organization or group that installs it (recommended)",
        Context::User => "the person who installs it, in all of their organizations",
    }
}

/// Shows what will be created, and asks for consent.
pub(super) fn confirm(draft: &Draft, provider: &Provider, force: bool) -> Result<bool, CannotAsk> {
    telemetry::print(&summary(draft, provider, force));
    telemetry::flush();
    let answer = Confirm::new("Create this app?")
        .with_default(true)
        .prompt()?;
    Ok(answer)
}

fn summary(draft: &Draft, provider: &Provider, force: bool) -> String {
    let mut text = String::new();
    let mut row = |name: &str, values: &[&str]| {
        for (index, value) in values.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {name:<15} {value}");
        }
    };
    row("Name", &[draft.name.as_deref().unwrap_or_default()]);
    if let Some(org) = &draft.org {
        let id = org.id.to_string();
        let shown = org.name.as_ref().map(|name| format!("{name} ({id})"));
        row("Organization", &[shown.as_deref().unwrap_or(&id)]);
    }
    let uris: Vec<_> = draft.redirect_uris.iter().map(String::as_str).collect();
    row("Redirect URI", &uris);
    let scopes: Vec<_> = draft.scopes.iter().flat_map(Scopes::iter).collect();
    row("Scopes", &scopes);
    let context = draft.context.unwrap_or(Context::Tenant);
    row("Acts as", &[&format!("{context}: {}", meaning(context))]);
    if let Some(seconds) = draft.access_token_ttl_seconds {
        row("Token lifetime", &[&format!("{seconds} seconds")]);
    }
    let region = format!("{} ({})", provider.region, provider.api_url);
    row("Region", &[&region]);
    let file = if force {
        ".env, with a backup of the former one"
    } else {
        ".env, which is new"
    };
    row("Written to", &[file]);
    text.trim_end().to_owned()
}
