//! The question before what cannot be undone.

use leptos::{html::Dialog, prelude::*};

/// A modal dialog with a safe button, which has the focus, and one that goes through with it.
#[component]
pub fn Confirm(
    /// The dialog's element, to open it with.
    dialog: NodeRef<Dialog>,
    /// The question.
    #[prop(into)]
    question: Signal<String>,
    /// What it leads to.
    consequence: &'static str,
    /// The safe button.
    keep: &'static str,
    /// The other one.
    go: &'static str,
    /// What it does.
    on_go: Callback<()>,
) -> impl IntoView {
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog node_ref=dialog class="dialog" aria-label=move || question.get() aria-description=consequence>
            <h2>
                <bdi>{move || question.get()}</bdi>
            </h2>
            <p>{consequence}</p>
            <div class="actions">
                <button type="button" class="button" autofocus on:click=move |_| close()>
                    {keep}
                </button>
                <button
                    type="button"
                    class="button danger-solid"
                    on:click=move |_| {
                        close();
                        on_go.run(());
                    }
                >
                    {go}
                </button>
            </div>
        </dialog>
    }
}

/// Opens the dialog.
pub fn open(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // It fails when it is open already.
        let _ = dialog.show_modal();
    }
}
