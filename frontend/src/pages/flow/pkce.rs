//! The verifier and the challenge, in four steps with their bytes (RFC 7636 section 4).

use leptos::prelude::*;

use super::made::Made;
use crate::{
    flow::bytes::hex,
    reactive::{Signal, dynamic},
};

/// From random bytes to the challenge.
#[component]
pub fn Pkce(
    /// The values.
    made: Signal<Made>,
) -> impl IntoView {
    let cell =
        |way: &'static str, name: &'static str, about: &'static str, value: fn(&Made) -> String| {
            let text = dynamic(move || made.with(value));
            view! {
                <li>
                    <p class="way">{way}</p>
                    <h3>{name}</h3>
                    <p class="second small">{about}</p>
                    <code>{text}</code>
                </li>
            }
        };
    view! {
        <section class="section" aria-labelledby="pkce">
            <h2 id="pkce" class="hidden">"From random bytes to the challenge"</h2>
            <ol class="pkce">
                {cell("random", "32 bytes", "from the browser’s generator", |made| hex(&made.values.random))}
                {cell(
                    "base64url →",
                    "Verifier, 43 characters",
                    "for show: never used to sign in",
                    |made| made.values.verifier.clone(),
                )}
                {cell("SHA-256 →", "Digest, 32 bytes", "cannot be turned back", |made| hex(&made.values.digest))}
                {cell(
                    "base64url →",
                    "Challenge, 43 characters",
                    "this alone goes to Snyk first",
                    |made| made.values.challenge.clone(),
                )}
            </ol>
        </section>
    }
}
