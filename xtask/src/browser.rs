//! Finds or installs the browsers for tests and their drivers.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{environment, install, system_packages, tools};

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const DRIVER: &str = "chromedriver";
const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];

/// A browser and the driver of the same version.
#[derive(Debug)]
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) chromium: PathBuf,
    /// Its `WebDriver` server.
    pub(crate) driver: PathBuf,
}

/// Firefox and its driver.
#[derive(Debug)]
pub(crate) struct Firefox {
    pub(crate) firefox: PathBuf,
    /// Its `WebDriver` server.
    pub(crate) driver: PathBuf,
}

/// Finds Firefox and its driver, or installs Debian's Firefox and builds the driver.
pub(crate) fn find_or_install_firefox() -> Result<Firefox> {
    let find = || {
        environment::variable("FIREFOX")
            .map(PathBuf::from)
            .or_else(|| {
                FIREFOX_NAMES
                    .into_iter()
                    .find_map(|name| environment::on_path(name).next())
            })
    };
    let firefox = if let Some(firefox) = find() {
        firefox
    } else {
        system_packages::install(&["firefox-esr"]).context("tests in Firefox need it")?;
        find().context("Firefox was installed, but is not on the PATH")?
    };
    let driver = match environment::variable("GECKODRIVER") {
        Some(driver) => driver.into(),
        None => tools::geckodriver()?,
    };
    Ok(Firefox { firefox, driver })
}

/// Finds a browser and its driver, or installs those of Debian.
pub(crate) fn find_or_install() -> Result<Browser> {
    let browser = if let Some(browser) = find() {
        browser
    } else {
        // Without any font, a page renders no text.
        system_packages::install(&["chromium", "chromium-driver", "fonts-dejavu-core"])
            .context("tests in a browser need Chromium and its driver")?;
        find().context("Chromium was installed, but is not on the PATH")?
    };
    let (of_browser, of_driver) = (major(&browser.chromium)?, major(&browser.driver)?);
    if of_browser != of_driver {
        bail!(
            "{} is of version {of_browser}, {} of {of_driver}: install the driver of the browser's version, or name both by the variables CHROMIUM and CHROMEDRIVER",
            browser.chromium.display(),
            browser.driver.display()
        );
    }
    Ok(browser)
}

fn find() -> Option<Browser> {
    let named = |variable| environment::variable(variable).map(PathBuf::from);
    let chromium = named("CHROMIUM").or_else(|| {
        NAMES
            .into_iter()
            .find_map(|name| environment::on_path(name).next())
    })?;
    let driver = named("CHROMEDRIVER").or_else(|| environment::on_path(DRIVER).next())?;
    Some(Browser { chromium, driver })
}

fn major(program: &Path) -> Result<u32> {
    let version = install::version(program);
    Ok(version
        .with_context(|| format!("{} does not tell its version", program.display()))?
        .0)
}
