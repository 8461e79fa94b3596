//! `cargo xtask start`: from a fresh clone to the page in a browser.

mod http;
mod sandbox;
mod settings;

use std::{
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use self::settings::{Provider, Settings};
use crate::{
    process, programs,
    spa::{self, Form},
    stop, ui,
    workspace::Workspace,
};

/// How long a program may take until it answers.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// How long the app may take to stop: it answers what it was asked, and waits for refreshes in flight,
/// whose connections would be lost otherwise.
const STOPS_WITHIN: Duration = Duration::from_secs(150);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How to run.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Port of the app. Against Snyk, `REDIRECT_URI` must lead there too. [default: 3000, or LISTEN's in `.env`]
    #[arg(long)]
    port: Option<u16>,
    /// Port of the sandbox, on this computer only.
    #[arg(long, default_value_t = 3001)]
    sandbox_port: u16,
    /// Run what is shipped: the page small and compressed, the server optimised.
    #[arg(long)]
    release: bool,
}

/// Builds what is not built, and runs until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    let settings = Settings::find(&workspace.root, arguments.port, arguments.sandbox_port)?;
    settings.explain();
    // Before anything is built: a person should not wait minutes for this.
    settings.ports_are_free()?;

    ui::doing("The page");
    let form = if arguments.release {
        Form::Shipped
    } else {
        Form::Development
    };
    spa::build(&workspace, form)?;
    ui::doing("The server");
    let packages: &[&str] = match settings.provider {
        Provider::Sandbox => &["snyk-app", "snyk-sandbox"],
        Provider::Configured => &["snyk-app"],
    };
    let programs = programs::build(&workspace, packages, arguments.release)?;

    let mut running = Running::default();
    if settings.provider == Provider::Sandbox {
        let mut sandbox = workspace.command(programs.get("snyk-sandbox")?);
        sandbox::arguments(&mut sandbox, &settings);
        running.start("snyk-sandbox", &mut sandbox)?;
        let address = settings.sandbox_address;
        if !running.until(|| http::accepts(address))? {
            running.stop();
            return Ok(());
        }
    }
    let mut app = workspace.command(programs.get("snyk-app")?);
    app.arg("serve");
    if settings.provider == Provider::Sandbox {
        sandbox::environment(&mut app, &workspace.root, &settings)?;
    } else {
        // On the command line, so that both agree whatever else is set.
        app.args(["--listen", &settings.app_address.to_string()])
            .args(["--public-url", &settings.public_url]);
    }
    running.start("snyk-app", &mut app)?;
    let address = settings.reachable_address();
    if running.until(|| http::is_ready(address))? {
        settings.ready();
        running.until(|| false)?;
    }
    running.stop();
    Ok(())
}

/// The programs that run, the first started first. Whatever happens, none outlives this.
#[derive(Default)]
struct Running {
    programs: Vec<(&'static str, Child)>,
    since: Option<Instant>,
}

impl Running {
    fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        self.programs.push((name, process::spawn(command)?));
        self.since = Some(Instant::now());
        Ok(())
    }

    /// Waits until something is so; `false` when we were asked to stop before. An error when a
    /// program ends by itself, or when the last started one takes too long.
    fn until(&mut self, mut so: impl FnMut() -> bool) -> Result<bool> {
        loop {
            if stop::asked() {
                return Ok(false);
            }
            for (name, child) in &mut self.programs {
                if let Some(status) = child.try_wait().context("cannot wait for a child")? {
                    bail!(
                        "{name} ended by itself ({status}); its own words are above; nothing runs any more"
                    );
                }
            }
            if so() {
                self.since = None;
                return Ok(true);
            }
            if self
                .since
                .is_some_and(|since| since.elapsed() > READY_WITHIN)
            {
                let name = self.programs.last().map_or("nothing", |(name, _)| *name);
                bail!(
                    "{name} runs, but did not answer within {} s",
                    READY_WITHIN.as_secs()
                );
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Ends what runs because a person wants it so.
    fn stop(self) {
        ui::doing("Stopping");
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The app first: it may want to tell its provider something.
        let programs = self.programs.iter_mut().rev();
        process::end(programs.map(|(_, child)| child), STOPS_WITHIN);
    }
}
