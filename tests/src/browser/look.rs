//! The appearance of a page: the width of the window, colour preferences, and screenshots.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Browser;

/// The variable that names the folder for screenshots. Without it, none are taken.
const FOLDER: &str = "SCREENSHOTS";

/// Width of a laptop's window.
pub const DESKTOP: u32 = 1280;
/// Width of a tablet's window, or of half a screen.
pub const TABLET: u32 = 820;
/// Width of a telephone's window.
pub const PHONE: u32 = 390;

/// The colour preference of the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// Dark text on a light background.
    Light,
    /// Light text on a dark background.
    Dark,
    /// A small palette chosen by the person (high contrast).
    Forced,
}

impl Colours {
    /// Returns the name for use in file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Forced => "forced-colors",
        }
    }
}

impl Browser {
    /// Sets the width of the page. A real window of headless Chromium is at least 500 pixels wide,
    /// so this overrides the size that the page sees.
    pub async fn width(&self, width: u32) {
        let height = if width <= PHONE { 844 } else { 900 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Sets the colour preference.
    pub async fn colours(&self, colours: Colours) {
        let dark = colours == Colours::Dark;
        let forced = colours == Colours::Forced;
        let features = json!([
            { "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } },
            { "name": "forced-colors", "value": if forced { "active" } else { "none" } },
            // Disables animations, so that screenshots show the final state.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// Takes a screenshot of the whole page if the variable `SCREENSHOTS` names a folder.
    #[expect(
        clippy::disallowed_methods,
        reason = "a person who wants pictures says where to"
    )]
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()) else {
            return;
        };
        let folder = PathBuf::from(folder);
        let answer = self
            .devtools(
                "Page.captureScreenshot",
                json!({ "format": "png", "captureBeyondViewport": true, "clip": self.whole().await }),
            )
            .await;
        let picture = answer["data"].as_str().expect("a picture");
        std::fs::create_dir_all(&folder).expect("the folder for pictures");
        let picture = STANDARD.decode(picture).expect("base64");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file");
    }

    async fn whole(&self) -> Value {
        let script = "const page = document.documentElement; return { x: 0, y: 0, scale: 1, \
            width: innerWidth, height: Math.max(page.scrollHeight, innerHeight) }";
        self.run(script).await
    }

    /// Sends a command of the Chrome `DevTools` Protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }
}
