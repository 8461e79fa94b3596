//! What each part needs besides what is built here. It is installed when it is missing.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bench_options::{Part, Server};

use crate::{browser, system_packages, tools, ui, workspace::Workspace};

/// A variable that says where a program is.
pub(super) type Variable = (&'static str, PathBuf);

/// The needs of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one program, and all combinations occur"
)]
pub(super) struct Needs {
    /// The upstream of all servers.
    nginx: bool,
    /// The load generator.
    wrk: bool,
    valgrind: bool,
    apache: bool,
    node: bool,
    postgres: bool,
    /// Chromium, and what measures in it.
    first_visit: bool,
}

impl Needs {
    pub(super) fn of(part: &Part) -> Self {
        let load = Self {
            nginx: true,
            wrk: true,
            ..Self::default()
        };
        match part {
            Part::Instructions(_) => Self {
                nginx: true,
                valgrind: true,
                ..Self::default()
            },
            Part::Proxy(options) => {
                let apache = options.servers.contains(&Server::Apache);
                Self {
                    apache,
                    // Apache's sign-ins need a provider.
                    node: apache || options.servers.contains(&Server::Express),
                    ..load
                }
            }
            Part::Memory(_) => load,
            Part::Growth(_) => Self {
                postgres: true,
                ..load
            },
            Part::FirstVisit(_) => Self {
                first_visit: true,
                ..Self::default()
            },
            Part::SignIns(_) | Part::StartUp(_) | Part::Micro(_) => Self::default(),
        }
    }

    /// Installs what is missing, and returns where everything is. A server that the product is only
    /// compared with may be missing: its row then says that it was not measured.
    pub(super) fn install(self, workspace: &Workspace) -> Result<Vec<Variable>> {
        let mut found = Vec::new();
        if self.nginx {
            found.push(("NGINX", tools::of_debian("nginx", &["nginx"])?));
        }
        if self.wrk {
            let wrk = tools::of_debian("wrk", &["wrk"]).context("wrk generates the load")?;
            found.push(("WRK", wrk));
        }
        if self.valgrind {
            found.push(("VALGRIND", tools::of_debian("valgrind", &["valgrind"])?));
        }
        if self.apache {
            match apache() {
                Ok(apache) => found.push(("APACHE", apache)),
                Err(error) => ui::warning(&format!("Apache will not be measured: {error:#}")),
            }
        }
        if self.node {
            match tools::node_for_bench(workspace) {
                Ok(node) => {
                    found.push(("NODE", node.program));
                    found.push(("NODE_MODULES_FOR_BENCH", node.modules));
                }
                Err(error) => ui::warning(&format!("Node.js will not be measured: {error:#}")),
            }
        }
        if self.postgres {
            found.push(("POSTGRES_BIN_FOR_TESTS", tools::postgres()?));
        }
        if self.first_visit {
            let node = tools::node_for_first_visit(workspace)?;
            found.push(("NODE", node.program));
            found.push(("NODE_MODULES_FOR_FIRST_VISIT", node.modules));
            found.push(("CHROMIUM", browser::find_or_install()?.chromium));
        }
        Ok(found)
    }
}

/// Finds or installs Apache with its module. Only its programs: the package `apache2` would also
/// start a service.
fn apache() -> Result<PathBuf> {
    const MODULE: &str = "/usr/lib/apache2/modules/mod_auth_openidc.so";
    let packages = ["apache2-bin", "libapache2-mod-auth-openidc"];
    if !Path::new(MODULE).is_file() {
        system_packages::install(&packages)?;
    }
    tools::of_debian("apache2", &packages)
}

#[cfg(test)]
mod tests {
    use bench_options::Options;
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        options: Options,
    }

    fn needs(words: &str) -> Needs {
        let words = std::iter::once("bench").chain(words.split(' '));
        Needs::of(&CommandLine::parse_from(words).options.part)
    }

    #[test]
    fn a_part_needs_no_more_than_it_uses() {
        let load = Needs {
            nginx: true,
            wrk: true,
            ..Needs::default()
        };
        let valgrind = Needs {
            nginx: true,
            valgrind: true,
            ..Needs::default()
        };
        let all = Needs {
            apache: true,
            node: true,
            ..load
        };
        for (words, wanted) in [
            ("instructions --json -", valgrind),
            ("proxy", all),
            ("proxy --servers snyk-app,nginx", load),
            ("proxy --servers express", Needs { node: true, ..load }),
            ("memory --sessions 0,10", load),
            (
                "growth",
                Needs {
                    postgres: true,
                    ..load
                },
            ),
            (
                "first-visit",
                Needs {
                    first_visit: true,
                    ..Needs::default()
                },
            ),
            ("start-up --times 3", Needs::default()),
        ] {
            assert_eq!(needs(words), wanted, "{words}");
        }
    }
}
