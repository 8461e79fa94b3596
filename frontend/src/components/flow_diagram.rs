//! The sequence diagram "This browser never sees a token": three participants, six messages.

use leptos::prelude::*;

/// The diagram. `app` and `host` label its second and third participant.
#[component]
pub fn FlowDiagram(
    /// The app's name.
    #[prop(into)]
    app: Signal<String>,
    /// Snyk's host.
    #[prop(into)]
    host: Signal<String>,
) -> impl IntoView {
    let messages = [
        ("1 / 3", "right", false, "You allow it on Snyk’s page"),
        ("1 / 3", "left", false, "One-time code"),
        ("1 / 2", "right", false, "Code, handed over"),
        ("2 / 3", "right", true, "Code + app secret"),
        ("2 / 3", "left", true, "Both tokens"),
        ("1 / 2", "left", false, "Projects and issues"),
    ]
    .map(|(span, direction, sealed, words)| {
        view! {
            <div class="message" data-span=span data-direction=direction data-sealed=sealed.to_string()>
                <span class="message-words">{words}</span>
                <span class="arrow"></span>
            </div>
        }
    });
    view! {
        <figure class="lanes-figure" aria-labelledby="lanes-title lanes-text">
            <h2 id="lanes-title">"This browser never sees a token"</h2>
            <p id="lanes-text" class="hidden">
                "You allow access on Snyk’s page, the browser hands a one-time code to the server, and the server exchanges it with the app’s secret for tokens that stay there."
            </p>
            <div class="lanes" aria-hidden="true">
                <div class="lane-heads">
                    <p>
                        <strong>"This browser"</strong>
                        <span>"holds a session cookie"</span>
                    </p>
                    <p>
                        <strong>{move || format!("{}’s server", app.get())}</strong>
                        <span>"keeps tokens encrypted"</span>
                    </p>
                    <p>
                        <strong>"Snyk"</strong>
                        <span>{move || host.get()}</span>
                    </p>
                </div>
                <div class="lane-lines">
                    {messages} <div class="band">
                        <span class="hatch"></span>
                        <span>"Tokens stay on this side"</span>
                    </div>
                </div>
            </div>
            <figcaption>
                <span class="sealed">"Hatched"</span>
                " stays on the server and at Snyk. The page you are reading cannot show it, because it never has it."
            </figcaption>
        </figure>
    }
}
