//! Tests in a real browser: the table that draws only the rows in sight, and the severity chart.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml's leave covers `#[test]`, not `#[wasm_bindgen_test]`"
)]

use std::sync::Arc;

use frontend::{
    components::{
        project::word_head,
        severity_chart::SeverityChart,
        table::{DrawRow, Key, Sorted, WindowedTable},
    },
    data::severity::{Counts, Level},
    reactive::{Signal, derive},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, HtmlElement, KeyboardEvent, KeyboardEventInit};

wasm_bindgen_test_configure!(run_in_browser);

/// The number of rows, as in a large organization.
const MANY: usize = 4_012;

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Returns a new element in a document with the real stylesheets.
fn place() -> HtmlElement {
    let place = document().create_element("main").unwrap();
    let style = document().create_element("style").unwrap();
    style.set_text_content(Some(concat!(
        include_str!("../styles/tokens.css"),
        include_str!("../styles/base.css"),
        include_str!("../styles/data/figures.css"),
        include_str!("../styles/data/table.css"),
        include_str!("../styles/data/filters.css"),
        include_str!("../styles/data/lists.css"),
    )));
    place.append_child(&style).unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    place.dyn_into().unwrap()
}

/// Waits until a change is drawn, which takes a frame or two.
async fn drawn() {
    TimeoutFuture::new(100).await;
}

/// The signals that a test can set.
#[derive(Clone, Copy)]
struct Knobs {
    order: RwSignal<Arc<Vec<Key>>>,
    busy: RwSignal<bool>,
    complete: RwSignal<bool>,
    sorted: RwSignal<Option<Sorted>>,
}

/// Mounts a table of `MANY` rows.
fn table(place: &HtmlElement) -> (Knobs, impl Drop + use<>) {
    let knobs = Knobs {
        order: RwSignal::new(Arc::new((0..MANY as Key).collect())),
        busy: RwSignal::new(false),
        complete: RwSignal::new(true),
        sorted: RwSignal::new(None),
    };
    let handle = mount_to(place.clone(), move || {
        let draw = DrawRow::new(|(key, tabindex): (Key, Signal<&'static str>)| {
            view! {
                <td role="cell">
                    <a href="#" tabindex=move || tabindex.get()>
                        {format!("Row {key}")}
                    </a>
                </td>
            }
            .into_any()
        });
        view! {
            <WindowedTable
                name="Rows"
                class="projects"
                heads=vec![word_head("Name", "name", Some("name"))]
                order=knobs.order
                busy=knobs.busy
                complete=knobs.complete
                waiting=derive(|| 0)
                draw
                sorted=knobs.sorted
                on_sort=move |by| knobs.sorted.set(Some(Sorted { by, ascending: true }))
                seen=RwSignal::new(0..0)
                held=RwSignal::new(false)
            />
        }
    });
    (knobs, handle)
}

fn rows(place: &HtmlElement) -> Vec<HtmlElement> {
    let found = place.query_selector_all("tbody .row").unwrap();
    (0..found.length())
        .map(|at| found.get(at).unwrap().dyn_into().unwrap())
        .collect()
}

fn attribute(place: &HtmlElement, selector: &str, name: &str) -> Option<String> {
    place
        .query_selector(selector)
        .unwrap()
        .unwrap()
        .get_attribute(name)
}

fn focused() -> String {
    // The text of the whole document would be long.
    let element = document().active_element().unwrap();
    element.text_content().unwrap().chars().take(20).collect()
}

fn press(key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    document()
        .active_element()
        .unwrap()
        .dispatch_event(&event)
        .unwrap();
}

fn scroll_to(y: f64) {
    web_sys::window().unwrap().scroll_to_with_x_and_y(0.0, y);
}

#[wasm_bindgen_test]
async fn few_rows_are_drawn_however_many_there_are() {
    scroll_to(0.0);
    let place = place();
    let (_, handle) = table(&place);
    drawn().await;
    let first = rows(&place).len();
    assert!((10..=70).contains(&first), "{first} rows");
    // Rows are higher in a narrow viewport.
    let height = f64::from(rows(&place)[0].offset_height());
    scroll_to(2_000.0 * height);
    drawn().await;
    let drawn_rows = rows(&place);
    assert!(drawn_rows.len() <= 71, "{} rows", drawn_rows.len());
    assert!(
        drawn_rows
            .iter()
            .any(|row| row.inner_text().contains("Row 2000")),
        "scrolled to row 2,000, and it is not there"
    );
    drop(handle);
    place.remove();
}

#[wasm_bindgen_test]
async fn it_announces_its_true_size_and_where_each_row_is() {
    scroll_to(0.0);
    let place = place();
    let (knobs, handle) = table(&place);
    drawn().await;
    // The column headers are a row too.
    assert_eq!(
        attribute(&place, "table", "aria-rowcount").as_deref(),
        Some("4013")
    );
    assert_eq!(
        attribute(&place, "thead tr", "aria-rowindex").as_deref(),
        Some("1")
    );
    assert_eq!(
        attribute(&place, "[data-key='7']", "aria-rowindex").as_deref(),
        Some("9")
    );
    knobs.complete.set(false);
    drawn().await;
    assert_eq!(
        attribute(&place, "table", "aria-rowcount").as_deref(),
        Some("-1")
    );
    // An unknown number of rows is one thing, and a load in progress another.
    assert_eq!(attribute(&place, "table", "aria-busy"), None);
    knobs.busy.set(true);
    drawn().await;
    assert_eq!(
        attribute(&place, "table", "aria-busy").as_deref(),
        Some("true")
    );
    // With another order, the row stays the same and has another index.
    knobs
        .order
        .set(Arc::new((0..MANY as Key).map(|key| key ^ 1).collect()));
    drawn().await;
    assert_eq!(
        attribute(&place, "[data-key='7']", "aria-rowindex").as_deref(),
        Some("8")
    );
    drop(handle);
    place.remove();
}

#[wasm_bindgen_test]
async fn the_row_with_the_focus_stays_when_it_is_scrolled_away() {
    scroll_to(0.0);
    let place = place();
    let (_, handle) = table(&place);
    drawn().await;
    let link = place.query_selector("[data-key='3'] a").unwrap().unwrap();
    link.dyn_ref::<HtmlElement>().unwrap().focus().unwrap();
    scroll_to(100_000.0);
    drawn().await;
    assert_eq!(focused(), "Row 3");
    assert!(link.is_connected());
    // The keys continue from this row.
    press("ArrowDown");
    drawn().await;
    assert_eq!(focused(), "Row 4");
    drop(handle);
    place.remove();
}

#[wasm_bindgen_test]
async fn the_table_is_one_tab_stop_and_keys_go_from_row_to_row() {
    scroll_to(0.0);
    let place = place();
    let (_, handle) = table(&place);
    drawn().await;
    let stops = place.query_selector_all("tbody a[tabindex='0']").unwrap();
    assert_eq!(stops.length(), 1);
    let first = stops.get(0).unwrap().dyn_into::<HtmlElement>().unwrap();
    first.focus().unwrap();
    for (key, row) in [
        ("ArrowDown", "Row 1"),
        ("End", "Row 4011"),
        ("ArrowUp", "Row 4010"),
        ("Home", "Row 0"),
    ] {
        press(key);
        drawn().await;
        assert_eq!(focused(), row, "after {key}");
        let stops = place.query_selector_all("tbody a[tabindex='0']").unwrap();
        assert_eq!(stops.length(), 1, "after {key}");
    }
    press("PageDown");
    drawn().await;
    assert_ne!(focused(), "Row 0");
    drop(handle);
    place.remove();
}

#[wasm_bindgen_test]
async fn a_head_that_sorts_is_a_button_and_says_which_way() {
    scroll_to(0.0);
    let place = place();
    let (_, handle) = table(&place);
    drawn().await;
    assert_eq!(attribute(&place, "th", "aria-sort"), None);
    let button = place.query_selector("th button").unwrap().unwrap();
    button.dyn_ref::<HtmlElement>().unwrap().click();
    drawn().await;
    assert_eq!(
        attribute(&place, "th", "aria-sort").as_deref(),
        Some("ascending")
    );
    drop(handle);
    place.remove();
}

#[wasm_bindgen_test]
async fn a_gauge_is_a_table_of_figures_on_a_round_ruler() {
    let place = place();
    let handle = mount_to(place.clone(), || {
        view! {
            <SeverityChart
                label="Open issues"
                issues=derive(|| Counts::new([37, 412, 1_906, 3_288]))
                projects=derive(|| Counts::new([19, 188, 1_340, 2_207]))
                known=true
                hrefs=|level: Level| [format!("/{}", level.name()), format!("/projects/{}", level.name())]
            />
        }
    });
    drawn().await;
    let text = place
        .query_selector("table")
        .unwrap()
        .unwrap()
        .text_content()
        .unwrap();
    for words in ["Critical", "37", "in 19 projects", "1,906", "3,288"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let ruler = place.query_selector(".ruler").unwrap().unwrap();
    assert_eq!(
        ruler.text_content().unwrap(),
        "01,0002,0003,0004,000",
        "zero and four round steps"
    );
    assert_eq!(ruler.get_attribute("aria-hidden").as_deref(), Some("true"));
    drop(handle);
    place.remove();
}
