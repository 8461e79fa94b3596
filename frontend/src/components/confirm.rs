//! The confirmation of an action that cannot be undone.

use leptos::{html::Dialog, prelude::*};

use crate::reactive::Signal;

/// A modal dialog with a safe button, which has the focus, and one that performs the action.
#[component]
pub fn Confirm(
    /// The element of the dialog, with which it is opened.
    dialog: NodeRef<Dialog>,
    /// The question.
    #[prop(into)]
    question: Signal<String>,
    /// The consequence of the action.
    consequence: &'static str,
    /// The label of the safe button.
    keep: &'static str,
    /// The label of the button that performs the action.
    go: &'static str,
    /// The action.
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
        // It fails if the dialog is open already.
        let _ = dialog.show_modal();
    }
}
