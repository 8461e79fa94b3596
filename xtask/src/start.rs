//! `cargo xtask start`: runs the app from a fresh clone.

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
    process,
    programs::{self, Programs},
    spa::{self, Form},
    stop, ui,
    workspace::Workspace,
};

/// Time that a program has to become ready.
const READY_TIMEOUT: Duration = Duration::from_mins(1);
/// Time that the app has to stop. It answers pending requests and waits for refreshes in flight,
/// because aborting those would lose their connections.
const STOP_TIMEOUT: Duration = Duration::from_secs(150);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

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

/// Builds everything that is out of date, and runs the app until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    let settings = Settings::find(&workspace.root, arguments.port, arguments.sandbox_port)?;
    settings.explain();
    // Checked before anything is built, so that nobody waits minutes for this error.
    settings.ports_are_free()?;

    let form = if arguments.release {
        Form::Shipped
    } else {
        Form::Development
    };
    let packages: &[&str] = match settings.provider {
        Provider::Sandbox => &["snyk-app", "snyk-sandbox"],
        Provider::Configured => &["snyk-app"],
    };
    ui::doing("1 of 3: the server, the crates of the page, and the tools that are missing");
    let programs = compile(&workspace, packages, form)?;
    ui::doing("2 of 3: the page");
    spa::build(&workspace, form)?;
    ui::doing("3 of 3: the app");

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
        // Set on the command line, which takes precedence over every other setting.
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

/// Builds the server and the crates of the page while the tools for the page are installed, because
/// on a fresh machine either one takes minutes, in which it rarely keeps all processors busy.
fn compile(workspace: &Workspace, packages: &[&str], form: Form) -> Result<Programs> {
    thread::scope(|scope| {
        let tools = scope.spawn(|| spa::install_tools(workspace, form));
        let programs = programs::build(workspace, packages, form == Form::Shipped);
        let page = programs
            .is_ok()
            .then(|| spa::compile_ahead(workspace, form));
        match tools.join() {
            Ok(installed) => installed?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        let programs = programs?;
        page.transpose()?;
        Ok(programs)
    })
}

/// The running programs, in start order. They are stopped when this value is dropped.
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

    /// Waits until a condition holds. Returns `false` if a stop was requested first.
    ///
    /// # Errors
    ///
    /// Returns an error if a program exits by itself, or if the last started program takes too
    /// long.
    fn until(&mut self, mut condition: impl FnMut() -> bool) -> Result<bool> {
        loop {
            if stop::requested() {
                return Ok(false);
            }
            for (name, child) in &mut self.programs {
                if let Some(status) = child.try_wait().context("cannot wait for a child")? {
                    bail!(
                        "{name} ended by itself ({status}); its own words are above; nothing runs any more"
                    );
                }
            }
            if condition() {
                self.since = None;
                return Ok(true);
            }
            if self
                .since
                .is_some_and(|since| since.elapsed() > READY_TIMEOUT)
            {
                let name = self.programs.last().map_or("nothing", |(name, _)| *name);
                bail!(
                    "{name} runs, but did not answer within {} s",
                    READY_TIMEOUT.as_secs()
                );
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Stops the running programs at a person's request.
    fn stop(self) {
        ui::doing("Stopping");
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The app stops first, because it may still send requests to its provider.
        let programs = self.programs.iter_mut().rev();
        process::end(programs.map(|(_, child)| child), STOP_TIMEOUT);
    }
}
