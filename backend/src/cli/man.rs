//! The `man` command: manual pages from the command definitions, and the variables of `.env.sample`.

mod environment;

use std::{fs, io, path::PathBuf, process::ExitCode};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use super::{Cli, fail, output, version};
use crate::clock::{Clock as _, SystemClock};

pub(super) const EXAMPLES: &str = "\
Examples:
  snyk-app man | man -l -
      Read the manual page of the program
  snyk-app man serve | man -l -
      Read the manual page of a command
  snyk-app man --dir /usr/local/share/man/man1
      Install the manual pages of the program and of all commands";

/// The arguments of the command.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The command, such as `serve`. Without one: the program.
    command: Vec<String>,
    /// Write all manual pages into this folder, and print none.
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// The manual page of a command.
struct Page {
    /// The words of the command, such as `snyk-app-serve`.
    name: String,
    text: Vec<u8>,
}

pub(super) fn run(Arguments { command, dir }: &Arguments) -> ExitCode {
    let pages = match pages() {
        Ok(pages) => pages,
        Err(error) => return fail(&format!("the manual page cannot be made ({error})")),
    };
    if let Some(folder) = dir {
        return match write(folder, &pages) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{} cannot be written ({error})", folder.display())),
        };
    }
    let name = ["snyk-app"]
        .into_iter()
        .chain(command.iter().map(String::as_str));
    let name = name.collect::<Vec<_>>().join("-");
    match pages.iter().find(|page| page.name == name) {
        Some(page) => output::print(&page.text),
        None => fail(&format!(
            "there is no command `{}`: `snyk-app --help` lists all",
            command.join(" ")
        )),
    }
}

fn write(folder: &PathBuf, pages: &[Page]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for Page { name, text } in pages {
        fs::write(folder.join(format!("{name}.1")), text)?;
    }
    Ok(())
}

/// Returns the pages of the program and of all commands.
fn pages() -> io::Result<Vec<Page>> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    let mut waiting = vec![program];
    while let Some(command) = waiting.pop() {
        let visible = command.get_subcommands().filter(|one| !one.is_hide_set());
        waiting.extend(visible.cloned());
        pages.push(page(&command)?);
    }
    Ok(pages)
}

fn page(command: &Command) -> io::Result<Page> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let man = Man::new(command.clone())
        .date(version::date().unwrap_or_else(today))
        .source(format!("snyk-app {}", version::number()))
        .manual("Snyk App");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(&mut text)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut roff = Roff::new();
    if let Some(examples) = command.get_after_long_help().or(command.get_after_help()) {
        add_examples(&mut roff, &examples.to_string());
    }
    if name == "snyk-app" {
        environment::add(&mut roff);
    }
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman(
        "0 after success, 1 after a failure, which standard error explains, 2 if the command line \
         is wrong.",
    )]);
    roff.to_writer(&mut text)?;
    Ok(Page {
        name: name.to_owned(),
        text: without_idle_breaks(&String::from_utf8_lossy(&text)).into_bytes(),
    })
}

/// Returns the date of a page of a build that does not know the date of its sources: a manual page
/// must have one.
fn today() -> String {
    SystemClock.now().strftime("%Y-%m-%d").to_string()
}

/// Removes line breaks next to empty lines, which do nothing and of which `mandoc` warns. Lists of
/// possible values have them.
fn without_idle_breaks(page: &str) -> String {
    let lines: Vec<_> = page.lines().collect();
    let is_empty = |index: Option<usize>| index.and_then(|index| lines.get(index)) == Some(&"");
    let mut kept = String::with_capacity(page.len());
    for (index, line) in lines.iter().enumerate() {
        let is_idle = is_empty(index.checked_sub(1)) || is_empty(Some(index + 1));
        if *line != ".br" || !is_idle {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Adds the examples of the help text, with their line breaks.
fn add_examples(roff: &mut Roff, text: &str) {
    roff.control("SH", ["EXAMPLES"]);
    roff.control("nf", []);
    let lines = text.lines().skip_while(|line| line.starts_with("Examples"));
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(name: &str) -> String {
        let page = pages().unwrap().into_iter().find(|page| page.name == name);
        String::from_utf8(page.unwrap().text).unwrap()
    }

    #[test]
    fn the_program_and_each_command_have_a_page() {
        let mut names: Vec<_> = pages().unwrap().into_iter().map(|page| page.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted());
        for command in Cli::command().get_subcommands() {
            let name = format!("snyk-app-{}", command.get_name());
            assert!(names.contains(&name), "{name}");
        }
        assert!(names.contains(&"snyk-app".to_owned()));
    }

    #[test]
    fn examples_keep_their_lines_and_options_are_explained() {
        let page = text_of("snyk-app-serve");
        let examples = page.split(".SH EXAMPLES\n.nf\n").nth(1).unwrap();
        assert!(examples.starts_with("  snyk\\-app serve\n"), "{examples}");
        assert!(page.contains("\\-\\-public\\-url"), "{page}");
        assert!(page.contains("EXIT STATUS"), "{page}");
    }

    #[test]
    fn line_breaks_next_to_empty_lines_are_left_out() {
        let page = ".br\none\n.br\n\n.br\ntwo\n.br\n";
        assert_eq!(without_idle_breaks(page), ".br\none\n\ntwo\n.br\n");
    }

    #[test]
    fn only_the_page_of_the_program_lists_the_variables() {
        assert!(text_of("snyk-app").contains(".SH ENVIRONMENT"));
        assert!(!text_of("snyk-app-serve").contains(".SH ENVIRONMENT"));
    }
}
