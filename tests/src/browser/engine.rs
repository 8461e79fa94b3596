//! The browsers, and how each is started.

use std::{path::Path, process::Command};

use thirtyfour::{
    Capabilities, LoggingPrefsLogLevel, common::capabilities::firefox::FirefoxPreferences,
    prelude::*,
};

/// A browser and its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Chromium,
    Firefox,
}

impl Engine {
    /// Returns the command that runs the driver. The profile is below `folder`.
    pub(super) fn driver(self, port: u16, folder: &Path) -> Command {
        match self {
            Self::Chromium => {
                let mut command = Command::new(variable("CHROMEDRIVER", "/usr/bin/chromedriver"));
                command.arg(format!("--port={port}"));
                command
            }
            Self::Firefox => {
                let mut command = Command::new(variable("GECKODRIVER", "geckodriver"));
                command.arg(format!("--port={port}"));
                command.arg("--profile-root").arg(folder);
                command
            }
        }
    }

    /// Returns what the driver is asked for.
    pub(super) fn capabilities(self, folder: &Path) -> Capabilities {
        match self {
            Self::Chromium => chromium(folder),
            Self::Firefox => firefox(),
        }
        .expect("capabilities")
    }
}

fn chromium(folder: &Path) -> WebDriverResult<Capabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&variable("CHROMIUM", "/usr/bin/chromium"))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::Severe)?;
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        profile.as_str(),
    ] {
        capabilities.add_arg(argument)?;
    }
    Ok(capabilities.into())
}

fn firefox() -> WebDriverResult<Capabilities> {
    let mut capabilities = DesiredCapabilities::firefox();
    capabilities.set_firefox_binary(&variable("FIREFOX", "/usr/bin/firefox-esr"))?;
    capabilities.add_arg("-headless")?;
    let mut preferences = FirefoxPreferences::new();
    // Uncaught errors of pages are written to the output of the driver.
    preferences.set("devtools.console.stdout.content", true)?;
    capabilities.set_preferences(preferences)?;
    Ok(capabilities.into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where the browser is"
)]
fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}
