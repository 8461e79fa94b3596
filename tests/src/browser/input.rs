//! Simulates input devices: a mouse pointer, touch, and keys that can be held.
//!
//! The events are injected at the same level as the hardware's, so that a page cannot distinguish
//! them from a person's.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Browser, TIMEOUT};

/// Keys by name, with Chromium's key code and the text that the key enters.
const KEYS: [(&str, u32, &str); 11] = [
    ("Enter", 13, "\r"),
    ("Tab", 9, ""),
    ("Escape", 27, ""),
    (" ", 32, " "),
    ("PageUp", 33, ""),
    ("PageDown", 34, ""),
    ("End", 35, ""),
    ("Home", 36, ""),
    ("ArrowUp", 38, ""),
    ("ArrowRight", 39, ""),
    ("ArrowDown", 40, ""),
];

impl Browser {
    /// Returns the centre of the first visible element among those that a script finds.
    async fn middle(&self, find: &str) -> (f64, f64) {
        let script = format!(
            "const it = [...{find}].find(it => it.checkVisibility() && it.getClientRects().length); \
             if (!it) return null; \
             it.scrollIntoView({{ block: 'nearest' }}); \
             const {{ left, top, width, height }} = it.getClientRects()[0]; \
             const [x, y] = [left + width / 2, top + height / 2]; \
             const there = document.elementFromPoint(x, y); \
             return it.contains(there) || there?.contains(it) ? [x, y] : null"
        );
        let deadline = Instant::now() + TIMEOUT;
        let mut last = Value::Null;
        loop {
            let position = self.run(&script).await;
            // Waits until the element stops moving; a click would miss it otherwise.
            if position.is_array() && position == last {
                let number = |at: usize| position[at].as_f64().expect("a number");
                return (number(0), number(1));
            }
            assert!(
                Instant::now() < deadline,
                "nothing there: {find}\n{}",
                self.what_is_seen().await
            );
            last = position;
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
    }

    /// Moves the pointer onto the element that a script finds.
    pub async fn point_at(&self, find: &str) {
        let (x, y) = self.middle(find).await;
        self.mouse("mouseMoved", x, y).await;
    }

    /// Clicks the element that a script finds.
    pub async fn click_at(&self, find: &str) {
        let (x, y) = self.middle(find).await;
        self.mouse("mouseMoved", x, y).await;
        self.mouse("mousePressed", x, y).await;
        self.mouse("mouseReleased", x, y).await;
    }

    async fn mouse(&self, what: &str, x: f64, y: f64) {
        let (button, count) = match what {
            "mouseMoved" => ("none", 0),
            _ => ("left", 1),
        };
        let event = json!({ "type": what, "x": x, "y": y, "button": button, "clickCount": count });
        self.devtools("Input.dispatchMouseEvent", event).await;
    }

    /// Taps the element that a script finds.
    pub async fn tap(&self, find: &str) {
        let (x, y) = self.middle(find).await;
        let touch = json!({ "enabled": true, "maxTouchPoints": 1 });
        self.devtools("Emulation.setTouchEmulationEnabled", touch)
            .await;
        let began = json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] });
        self.devtools("Input.dispatchTouchEvent", began).await;
        let ended = json!({ "type": "touchEnd", "touchPoints": [] });
        self.devtools("Input.dispatchTouchEvent", ended).await;
    }

    /// Presses and releases a key.
    pub async fn key(&self, key: &str) {
        self.hold_key(key, 0).await;
    }

    /// Presses a key and holds it until it has repeated `repeats` times.
    pub async fn hold_key(&self, key: &str, repeats: u32) {
        let (_, code, text) = KEYS
            .into_iter()
            .find(|(name, ..)| *name == key)
            .unwrap_or_else(|| panic!("no such key: {key}"));
        let event = |what: &str, repeats: bool| {
            json!({ "type": what, "key": key, "code": key, "text": text, "autoRepeat": repeats,
                "windowsVirtualKeyCode": code })
        };
        let down = if text.is_empty() {
            "rawKeyDown"
        } else {
            "keyDown"
        };
        for time in 0..=repeats {
            self.devtools("Input.dispatchKeyEvent", event(down, time > 0))
                .await;
        }
        let mut up = event("keyUp", false);
        up["text"] = json!("");
        self.devtools("Input.dispatchKeyEvent", up).await;
    }

    /// Presses the Tab key until the element that a script finds has the focus.
    pub async fn tab_to(&self, find: &str) {
        let is_there = format!("return [...{find}].includes(document.activeElement)");
        let deadline = Instant::now() + TIMEOUT;
        while self.run(&is_there).await != Value::Bool(true) {
            assert!(
                Instant::now() < deadline,
                "no key leads there: {find}\n{}",
                self.what_is_seen().await
            );
            self.key("Tab").await;
        }
    }
}
