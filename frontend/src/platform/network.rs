//! The state of the network, as far as the browser knows.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::set_timeout;

use super::events::{self, EventListener};
use crate::poll_schedule::PollSchedule;

/// Returns whether there may be a network. Browsers are certain only if there is none.
#[must_use]
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Calls a function when the network comes (`true`) or goes (`false`), as long as the listeners are
/// kept.
#[must_use]
pub fn listen(on_change: impl Fn(bool) + Clone + 'static) -> [Option<EventListener>; 2] {
    events::between(["online", "offline"], on_change)
}

/// Calls a function when the network has come back, as long as the listener is kept. The poll
/// schedule bounds the calls, however often the network comes and goes.
#[must_use]
pub fn on_return(on_return: impl Fn() + 'static) -> Option<EventListener> {
    let schedule = Rc::new(RefCell::new(PollSchedule::default()));
    let is_planned = Rc::new(Cell::new(false));
    let on_return = Rc::new(on_return);
    events::on_window("online", move || {
        let now = super::elapsed();
        schedule.borrow_mut().came_online(now);
        let wait = schedule.borrow().wait(now);
        if is_planned.replace(true) {
            return;
        }
        let (schedule, is_planned) = (Rc::clone(&schedule), Rc::clone(&is_planned));
        let on_return = Rc::clone(&on_return);
        let tell = move || {
            is_planned.set(false);
            schedule.borrow_mut().try_now(super::elapsed());
            on_return();
        };
        set_timeout(tell, Duration::from_secs_f64(wait.ceil() / 1_000.0));
    })
}
