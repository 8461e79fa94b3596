//! The bar chart of counts by severity.

use leptos::prelude::*;

use super::severity::{badge, issue_words};
use crate::components::show::Show;
use crate::data::{
    axis::{step, thousandths},
    number_format::{count, number},
    severity::{Counts, Level},
};
use crate::reactive::{Signal, dynamic, memo};

/// Bar length in thousandths above which the note is inside the end of the bar.
const LONG: u64 = 550;

/// Four rows: shape and word, figure, bar. The axis has four round steps.
#[component]
pub fn SeverityChart(
    /// The name of the table.
    label: &'static str,
    /// The number of issues.
    #[prop(into)]
    issues: Signal<Counts>,
    /// The number of projects that have them.
    #[prop(into)]
    projects: Signal<Counts>,
    /// Whether anything is known: unknown is not the same as none.
    #[prop(into)]
    known: Signal<bool>,
    /// Returns the addresses of the issues of a severity, and of their projects.
    #[prop(into)]
    hrefs: Callback<Level, [String; 2]>,
) -> impl IntoView {
    let tick = memo(move |_| {
        let most = issues.get().each().map(|(_, count)| count).max();
        step(u64::from(most.unwrap_or_default()))
    });
    let rows = Level::COUNTED.map(|level| {
        let [of_issues, of_projects] = hrefs.run(level);
        let figure = memo(move |_| issues.get().of(level));
        let counts_some = memo(move |_| known.get() && figure.get() > 0);
        let part = memo(move |_| thousandths(u64::from(figure.get()), tick.get() * 4));
        let note = dynamic(move || {
            let projects = projects.get().of(level);
            let href = of_projects.clone();
            (projects > 0).then(|| {
                view! {
                    "in "
                    <a class="figure-link" href=href>
                        {count(u64::from(projects), "project")}
                    </a>
                }
            })
        });
        let side = move || if part.get() > LONG { "in" } else { "out" };
        view! {
            <tr>
                <th scope="row">{badge(level)}</th>
                <td class="gauge-figure" data-zero=move || (figure.get() == 0).then_some("true")>
                    // A link to what the figure counts; zero counts nothing.
                    <Show
                        when=move || counts_some.get()
                        fallback=move || { move || known.get().then_some("0") }
                    >
                        <a class="figure-link" href=of_issues.clone()>
                            {move || number(u64::from(figure.get()))}
                            <span class="hidden">{move || issue_words(level, figure.get())}</span>
                        </a>
                    </Show>
                </td>
                <td
                    class="gauge-track"
                    data-side=move || side()
                    style:--v=move || format!("calc({} / 1000)", part.get())
                >
                    <span
                        class="gauge-bar"
                        data-level=level.name()
                        data-zero=move || (figure.get() == 0).then_some("true")
                    ></span>
                    <span class="gauge-note">{note}</span>
                </td>
            </tr>
        }
    });
    let ticks = (0..=4_u64)
        .map(|place| {
            // While nothing is known, any scale would be invented.
            view! { <span>{move || (place == 0 || known.get()).then(|| number(tick.get() * place))}</span> }
        })
        .collect_view();
    view! {
        <div class="severity-gauge">
            <table aria-label=label>
                <thead class="hidden">
                    <tr>
                        <th scope="col">"Severity"</th>
                        <th scope="col">"Open issues"</th>
                        <th scope="col">"In how many projects"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <div class="ruler" aria-hidden="true">
                {ticks}
            </div>
        </div>
    }
}
