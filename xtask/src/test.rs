//! `cargo xtask test`: runs every test.
//!
//! There are four groups, and `--only` selects one: Rust code on the host, Wasm in a browser, the
//! whole product over HTTP, and the whole product in a browser. Tests are never retried: a test
//! that passes only on the second attempt has found a defect on the first.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};

use crate::{
    browser::{self, Browser, Firefox},
    environment,
    package::examples,
    process,
    programs::{self, Programs},
    spa::{self, Form},
    static_host,
    tools::{self, Node, Python},
    ui::Steps,
    workspace::Workspace,
};

/// Packages whose tests do not need a built product.
const PACKAGES: [&str; 11] = [
    "shared",
    "page-headers",
    "login",
    "frontend",
    "domain",
    "env-file",
    "snyk-app",
    "snyk-sandbox",
    "bench",
    "bench-options",
    "xtask",
];
/// Features of these packages whose programs have tests.
const FEATURES: &str = "xtask/module-graph,xtask/minify,xtask/split";
/// Packages with `wasm-bindgen` tests in a browser.
const WASM_PACKAGES: [&str; 2] = ["login", "frontend"];
/// The package with `wasm-bindgen` tests of what needs no browser, and their target.
const NODE_PACKAGE: &str = "login";
const NODE_TARGET: &str = "node";
/// The package that tests the built product, and its test target for the browser.
const PRODUCT_TESTS: &str = "tests";
const BROWSER_TARGET: &str = "browser";

/// What to test.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run one group only.
    #[arg(long, value_enum)]
    only: Option<Group>,
    /// Test a development build of the page instead of the one that is shipped: quicker to build.
    #[arg(long)]
    dev: bool,
    /// Run what a group leaves out, and nothing else: measurements, and tests that take minutes.
    #[arg(long, requires = "only")]
    ignored: bool,
    /// Run only tests whose name contains this.
    #[arg(last = true)]
    filter: Vec<String>,
}

/// Groups of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Rust code on this machine, and the examples in its documentation.
    Rust,
    /// The page's code in a browser.
    Wasm,
    /// The whole product, over HTTP.
    It,
    /// The whole product, in a browser.
    Browser,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    let mut tests = Tests {
        workspace,
        arguments,
        steps: Steps::new(),
    };
    if tests.wants(Group::Rust) {
        tests.rust();
    }
    if tests.wants(Group::Wasm) {
        tests.wasm();
    }
    if tests.wants(Group::It) || tests.wants(Group::Browser) {
        tests.product();
    }
    tests.steps.finish()
}

struct Tests<'a> {
    workspace: Workspace,
    arguments: &'a Arguments,
    steps: Steps,
}

impl Tests<'_> {
    fn wants(&self, group: Group) -> bool {
        self.arguments.only.is_none_or(|only| only == group)
    }

    fn rust(&mut self) {
        let Self {
            workspace,
            arguments,
            steps,
        } = self;
        let Some(nextest) = steps.step("Test runner", tools::nextest) else {
            return steps.not_run("Tests in Rust", "no test runner");
        };
        let databases = steps.step("PostgreSQL for tests of the store", databases);
        let Some(variables) = databases else {
            return steps.not_run("Tests in Rust", "PostgreSQL is missing");
        };
        steps.step("Tests in Rust", || {
            let selection = PACKAGES
                .iter()
                .flat_map(|name| ["--package".into(), (*name).into()])
                .chain(["--features".into(), FEATURES.into()]);
            nextest_run(
                workspace,
                &nextest,
                arguments,
                &selection.collect::<Vec<_>>(),
                &variables,
            )
        });
        steps.step("Examples in the documentation", || {
            let mut command = workspace.cargo();
            // The same packages as above. Otherwise the features of their dependencies would
            // differ, and they would be recompiled.
            command.args(["test", "--doc", "--features", FEATURES]);
            for name in PACKAGES {
                command.args(["--package", name]);
            }
            process::run(command.arg("--").args(&arguments.filter))
        });
    }

    fn wasm(&mut self) {
        let Self {
            workspace,
            arguments,
            steps,
        } = self;
        let ready = steps.step("Tools for Wasm tests", || {
            tools::wasm_target(workspace)?;
            let drivers = [
                (
                    "Chromium",
                    "CHROMEDRIVER",
                    browser::find_or_install()?.driver,
                ),
                (
                    "Firefox",
                    "GECKODRIVER",
                    browser::find_or_install_firefox()?.driver,
                ),
            ];
            let node = tools::node(workspace)?.program;
            Ok((tools::wasm_bindgen(workspace)?, drivers, node))
        });
        let Some((wasm_bindgen, drivers, node)) = &ready else {
            return steps.not_run("Wasm tests", "a tool is missing");
        };
        // Cargo looks up the configured runner on the PATH, and the runner Node.js.
        let folders = [Some(wasm_bindgen.as_path()), node.parent()];
        let run = |package: &str, targets: &[&str], variable: &str, value: &Path| {
            let mut command = workspace.cargo();
            command.args(["test", "--target", tools::WASM]);
            command.args(["--package", package]);
            for target in targets {
                command.args(["--test", target]);
            }
            command.env(
                "PATH",
                environment::path_with(folders.into_iter().flatten())?,
            );
            command.env_remove("CHROMEDRIVER").env(variable, value);
            // The timeout of all tests of a file together. The default of 20 s is short on a
            // busy machine.
            command.env("WASM_BINDGEN_TEST_TIMEOUT", "180");
            process::run(command.arg("--").args(&arguments.filter))
        };
        steps.step(&format!("Wasm tests of {NODE_PACKAGE}, in Node.js"), || {
            run(NODE_PACKAGE, &[NODE_TARGET], "NODE", node)
        });
        let each = WASM_PACKAGES
            .iter()
            .flat_map(|name| drivers.iter().map(move |driver| (name, driver)));
        for (name, (browser, variable, driver)) in each {
            let title = format!("Wasm tests of {name}, in {browser}");
            steps.step(&title, || {
                let targets = &workspace.metadata.package(name)?.test_targets;
                let targets = targets.iter().map(String::as_str);
                let targets: Vec<_> = targets.filter(|target| *target != NODE_TARGET).collect();
                run(name, &targets, variable, driver)
            });
        }
    }

    fn product(&mut self) {
        let Self {
            workspace,
            arguments,
            steps,
        } = self;
        let titles = [
            (Group::It, "Tests of the product, over HTTP"),
            (Group::Browser, "Tests of the product, in browsers"),
        ];
        let titles = titles
            .into_iter()
            .filter(|(group, _)| arguments.only.is_none_or(|only| only == *group));

        let form = if arguments.dev {
            Form::Development
        } else {
            Form::Shipped
        };
        let page = steps.step("The page", || {
            let dist = spa::build(workspace, form)?;
            let static_page = static_host::for_tests(workspace, &dist)?;
            Ok((dist, static_page))
        });
        let examples = steps.step("The npm package and its examples", || {
            examples::build(workspace)
        });
        let built = steps.step("The server and the sandbox", || {
            // Built as users build them: each with only its own features.
            programs::build(workspace, &["snyk-app", "snyk-sandbox"], false)
        });
        let tools = steps.step("Tools for tests of the product", || {
            tools::faketime()?;
            tools::shells_and_formatters()?;
            Ok(ProductTools {
                nextest: tools::nextest()?,
                browser: browser::find_or_install()?,
                firefox: browser::find_or_install_firefox()?,
                node: tools::node(workspace)?,
                python: tools::python(workspace)?,
                nginx: tools::of_debian("nginx", &["nginx"])?,
                databases: databases()?,
            })
        });
        for (group, title) in titles {
            let (Some((dist, static_page)), Some(examples), Some(programs), Some(tools)) =
                (&page, &examples, &built, &tools)
            else {
                steps.not_run(title, "what it needs is not there");
                continue;
            };
            steps.step(title, || {
                let selection = product_selection(workspace, group)?;
                let variables = product_variables(programs, dist, static_page, examples, tools)?;
                nextest_run(workspace, &tools.nextest, arguments, &selection, &variables)
            });
        }
    }
}

/// Returns the arguments that select the tests of a group. The group `it` has every test outside of
/// the browser target, including those of the test bed itself.
fn product_selection(workspace: &Workspace, group: Group) -> Result<Vec<String>> {
    let package = workspace.metadata.package(PRODUCT_TESTS)?;
    let mut selection = vec!["--package".to_owned(), PRODUCT_TESTS.to_owned()];
    if group == Group::It {
        selection.push("--lib".to_owned());
    }
    let wanted = |name: &&String| (*name == BROWSER_TARGET) == (group == Group::Browser);
    let targets = package
        .test_targets
        .iter()
        .filter(wanted)
        .collect::<Vec<_>>();
    ensure!(
        !targets.is_empty(),
        "the package {PRODUCT_TESTS} has no such tests"
    );
    for target in targets {
        selection.extend(["--test".to_owned(), target.clone()]);
    }
    Ok(selection)
}

/// The tools that the product tests use.
struct ProductTools {
    nextest: PathBuf,
    browser: Browser,
    firefox: Firefox,
    node: Node,
    python: Python,
    nginx: PathBuf,
    databases: Databases,
}

/// The variables that say where PostgreSQL's programs and PgBouncer are, for `tests/postgres`.
type Databases = [(&'static str, PathBuf); 2];

fn databases() -> Result<Databases> {
    Ok([
        ("POSTGRES_BIN_FOR_TESTS", tools::postgres()?),
        (
            "PGBOUNCER_FOR_TESTS",
            tools::of_debian("pgbouncer", &["pgbouncer"])?,
        ),
    ])
}

/// Returns the environment variables of the product tests.
fn product_variables(
    programs: &Programs,
    dist: &Path,
    static_page: &Path,
    examples: &Path,
    tools: &ProductTools,
) -> Result<[(&'static str, PathBuf); 16]> {
    let [postgres, pgbouncer] = tools.databases.clone();
    Ok([
        ("SNYK_APP_BIN", programs.get("snyk-app")?.to_path_buf()),
        (
            "SNYK_SANDBOX_BIN",
            programs.get("snyk-sandbox")?.to_path_buf(),
        ),
        ("FRONTEND_DIR_FOR_TESTS", dist.to_path_buf()),
        ("CHROMIUM", tools.browser.chromium.clone()),
        ("CHROMEDRIVER", tools.browser.driver.clone()),
        ("FIREFOX", tools.firefox.firefox.clone()),
        ("GECKODRIVER", tools.firefox.driver.clone()),
        ("NODE", tools.node.program.clone()),
        ("NODE_MODULES_FOR_TESTS", tools.node.modules.clone()),
        ("PYTHON", tools.python.program.clone()),
        ("PYTHON_PACKAGES_FOR_TESTS", tools.python.packages.clone()),
        ("NGINX", tools.nginx.clone()),
        ("STATIC_PAGE_FOR_TESTS", static_page.to_path_buf()),
        ("EXAMPLES_FOR_TESTS", examples.to_path_buf()),
        postgres,
        pgbouncer,
    ])
}

fn nextest_run(
    workspace: &Workspace,
    nextest: &Path,
    arguments: &Arguments,
    selection: &[String],
    variables: &[(&str, PathBuf)],
) -> Result<()> {
    let mut command = workspace.command(nextest.join("cargo-nextest"));
    command
        .args(["nextest", "run", "--no-fail-fast"])
        .args(selection);
    command.args(&arguments.filter);
    if arguments.ignored {
        command.args(["--run-ignored", "only", "--no-capture", "--no-tests=pass"]);
    } else if !arguments.filter.is_empty() {
        // The filter may match only tests of other groups.
        command.arg("--no-tests=pass");
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    process::run(&mut command)
}
