// The way back from Snyk, and the words of every refusal, without the application.
//
// The answer of Snyk is read in Wasm (`src/lib.rs`), and so are the words of failures, which the
// application has from the same source. This module draws them, and finishes a login while the
// application is on its way.

import { exchange } from "./exchange.js";
import init, { connectionBody, describeFailure, describeScopes, returnPath, takeCallback } from "./callback_wasm.js";

/** The door, which this module borrows everything else from. */
let door;

/** Starts the Wasm from its response. */
export async function open(response, given) {
  door = given;
  await init({ module_or_path: response });
  return { take: takeCallback, finish, notice, scopes };
}

const SIGNS = {
  minus: "M3 8h10",
  stop: "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM8 5v3.5M8 10.9v.2",
  sliders: "M2 5h4M10 5h4M6 3h4v4H6zM2 11h1.5M7.5 11H14M3.5 9h4v4h-4z",
  clock: "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 4.5V8l2.5 1.5",
  triangle: "M8 2L14.5 13.5h-13zM8 6.5v3M8 11.3v.4",
  arrow: "M2 8h11M9 4l4 4-4 4",
  out: "M6.5 3H3v10h10V9.5M9.5 2.5h4v4M13 3L7.5 8.5",
  copy: "M6 6h7.5v7.5H6zM10 3.5V2.5H2.5V10h1",
  again: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  done: "M2.5 8.5l3.5 3.5 7.5-8",
  now: "M5.5 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M7 8a1 1 0 1 0 2 0a1 1 0 1 0-2 0",
  read: "M1.5 8C3.5 5 5.5 3.8 8 3.8S12.5 5 14.5 8C12.5 11 10.5 12.2 8 12.2S3.5 11 1.5 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  change: "M3 13l.8-3L11 2.8 13.2 5 6 12.2zM9.5 4.3l2.2 2.2",
  later: "M3.5 8a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0",
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** Lists what a login asks for, on the welcome. */
function scopes(welcome, requested) {
  const words = describeScopes(requested.join(" "));
  const last = words.pop();
  const rows = [];
  for (let at = 0; at < words.length; at += 3) {
    const [kind, meaning, scope] = words.slice(at);
    const texts = [door.element("span", { textContent: meaning }), door.element("code", { textContent: scope })];
    rows.push(door.element("li", {}, icon(kind), door.element("div", {}, ...texts)));
  }
  welcome.querySelector(".scopes").replaceChildren(...rows);
  welcome.querySelector("[data-text=consequence]").textContent = last;
}

/** A failure in words. */
function describe(error, ofLogin) {
  const date = error.date ? new Date(error.date) : new Date();
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const at = `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}, ${clock
    .map((part) => String(part).padStart(2, "0"))
    .join(":")}`;
  const name = door.app()?.name ?? "This app";
  const [tone, sign, title, text, message, ...acts] = describeFailure(error, name, at, ofLogin);
  return { tone, sign, title, text, message, acts, at };
}

function icon(sign) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", SIGNS[sign]);
  svg.append(line);
  return svg;
}

function glyph(tone, sign) {
  const made = door.element("div", { className: "glyph" }, icon(sign));
  made.dataset.tone = tone;
  return made;
}

/** A text that somebody else may have written: its direction stays its own. */
const bdi = (textContent) => door.element("bdi", { textContent });

/** A failure beside content that still works. */
function notice(error, retry) {
  const words = describe(error, false);
  const made = door.element(
    "section",
    { className: "notice", "aria-label": words.title },
    glyph(words.tone, words.sign),
    door.element(
      "div",
      { className: "notice-text" },
      door.element("h2", { textContent: words.title }),
      door.element("p", {}, bdi(words.text)),
      trace(error, "small"),
    ),
  );
  made.dataset.tone = words.tone;
  const acts = buttons(words, ["again", "reload", "open", "back", "copy"], retry);
  if (acts.length) made.append(door.element("div", { className: "notice-actions" }, ...acts));
  door.say(words.title);
  return made;
}

/** A failed login as a page of its own. */
function outcome(error) {
  const words = describe(error, true);
  const trouble = door.element("div", { className: "trouble" });
  const refuse = (why) => trouble.replaceChildren(notice(why));
  const acts = buttons(words, null, null, refuse);
  page(
    words.title,
    glyph(words.tone, words.sign),
    door.element("p", { className: "lead" }, bdi(words.text)),
    door.element("div", { className: "actions" }, ...acts),
    trouble,
    trace(error, "details", words.at),
  );
}

let shown;

/** Shows a page in place of the welcome. Its heading takes the focus. */
function page(heading, glyph, ...rest) {
  const h1 = door.element("h1", { id: "heading", tabIndex: -1 }, bdi(heading));
  const made = door.element("div", { className: "outcome" }, glyph, h1, ...rest);
  // There is one main heading, and one element with its id.
  door.main.querySelector(".welcome")?.remove();
  shown?.remove();
  door.main.append(made);
  shown = made;
  door.title(heading);
  h1.focus();
  return made;
}

/** Request id, code and time, by which the operators find the request. */
function trace(error, className, at) {
  if (!error.isProblem) return null;
  const parts = [];
  if (error.requestId) parts.push(door.element("span", {}, "Request ID ", copyable(error.requestId)), " ");
  parts.push(door.element("code", { textContent: error.code }));
  if (at) parts.push(" ", door.element("span", { textContent: at }));
  return door.element("p", { className }, ...parts);
}

function copyable(value) {
  const code = door.element("code", { textContent: value });
  const button = door.element("button", { type: "button", "aria-label": "Copy request ID" }, icon("copy"));
  const plate = door.element("span", { className: "copyable" }, code, button);
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(value);
      door.say("Copied");
      button.replaceChildren(icon("done"));
      setTimeout(() => button.replaceChildren(icon("copy")), 2_000);
    } catch {
      getSelection().selectAllChildren(code);
      door.say("Press Ctrl+C");
      if (!plate.nextSibling?.classList?.contains("by-hand"))
        plate.after(door.element("span", { className: "small by-hand", textContent: "Press Ctrl+C" }));
    }
  };
  return plate;
}

/** The buttons of a message. The first one is the main one, except for copying, which solves nothing. */
function buttons({ acts, message }, only, retry, refuse) {
  const made = [];
  for (let at = 0; at < acts.length; at += 2) {
    const [kind, words] = acts.slice(at);
    if ((only && !only.includes(kind)) || (kind === "again" && only && !retry)) continue;
    const isMain = !only && at === 0 && kind !== "copy";
    const one = button(kind, words, { message, retry, refuse });
    one.className = isMain ? "button primary" : "button";
    made.push(one);
  }
  return made;
}

function button(kind, words, { message, retry, refuse }) {
  const label = door.element("span", { textContent: words });
  const link = (href, ...children) => door.element("a", { href }, ...children);
  const press = (onclick, ...children) => door.element("button", { type: "button", onclick }, ...children);
  const set = (made, text, isBusy) => {
    label.textContent = text;
    if (isBusy) made.setAttribute("aria-disabled", "true");
    else made.removeAttribute("aria-disabled");
  };
  switch (kind) {
    case "connect": {
      const rest = words || (door.app()?.sandbox ? "Connect to the sandbox" : "Connect to Snyk");
      label.textContent = rest;
      const made = press(
        () => {
          if (!made.hasAttribute("aria-disabled")) door.press(refuse, (isBusy) => set(made, isBusy ? "Connecting" : rest, isBusy));
        },
        label,
        icon("arrow"),
      );
      return made;
    }
    case "home":
      return link("/", words);
    case "open": {
      // The callback has nothing to finish there.
      const path = location.pathname === "/callback" ? "/" : location.pathname + location.search;
      return link(words + path, bdi(`Open ${words}`));
    }
    case "again": {
      const made = press(async () => {
        if (made.hasAttribute("aria-disabled")) return;
        set(made, "Trying", true);
        await retry();
        set(made, words, false);
      }, label);
      return made;
    }
    case "back":
      return press(() => history.back(), words);
    case "copy":
      return press(async () => {
        const isCopied = await navigator.clipboard?.writeText(message).then(
          () => true,
          () => false,
        );
        door.say(isCopied ? "Copied" : "The browser did not allow copying");
        if (isCopied) label.textContent = "Copied";
      }, label);
    case "status":
      return door.element("a", { href: "https://status.snyk.io/", rel: "noopener" }, words, icon("out"));
    default:
      return press(() => location.reload(), words);
  }
}

// The callback.

const SLOW = "Snyk is slow to answer. Nothing is lost.";

/** Shows the steps and their times, and returns what the end of one step calls. */
function progress() {
  const began = performance.now();
  let exchanged = null;
  const steps = ["Snyk sent you back", "Exchanging the code on the server", "Loading your organizations"].map((words) => {
    const time = door.element("span", { className: "step-time" });
    const li = door.element("li", {}, icon("later"), door.element("span", { textContent: words }), time);
    return { li, time };
  });
  const note = door.element("p", { className: "second", textContent: "Keep this tab open. It takes a few seconds." });
  const made = page(
    "Finishing the connection",
    glyph("busy", "again"),
    door.element("ol", { className: "steps" }, ...steps.map(({ li }) => li)),
    note,
  );
  made.setAttribute("aria-busy", "true");
  const draw = () => {
    const now = exchanged ? 2 : 1;
    steps.forEach(({ li }, at) => {
      li.dataset.state = at < now ? "done" : at === now ? "now" : "later";
      if (at === now) li.setAttribute("aria-current", "step");
      else li.removeAttribute("aria-current");
      li.firstElementChild.replaceWith(icon(li.dataset.state));
    });
  };
  const tick = () => {
    const now = performance.now();
    const times = [0, (exchanged ?? now) - began, exchanged && now - exchanged];
    steps.forEach(({ time }, at) => {
      time.textContent = times[at] === null ? "" : `${(times[at] / 1_000).toFixed(1)} s`;
    });
    if (now - began > 10_000 && note.textContent !== SLOW) {
      note.textContent = SLOW;
      door.say(SLOW);
    }
  };
  draw();
  tick();
  const ticks = setInterval(() => (made.isConnected ? tick() : clearInterval(ticks)), 100);
  return () => {
    exchanged = performance.now();
    draw();
  };
}

/** Whether somebody is signed in. */
const isSignedIn = () =>
  door.session().then(
    ({ connections }) => connections.length > 0,
    () => false,
  );

/** Replaces the address of the callback, and starts the application there. */
async function goOn(path, connected) {
  try {
    history.replaceState(null, "", path);
  } catch {
    // The browser refuses calls for a while. Loading the page also gets there.
    location.replace(path);
    return;
  }
  if (await door.start(connected)) return;
  // The door has said that the application is missing, and offers to load the page again.
  page(
    "You are connected",
    glyph("neutral", "done"),
    door.element("p", { className: "lead", textContent: "Nothing is lost. Only the rest of this page did not arrive." }),
  );
}

/** Finishes the login that Snyk's answer belongs to. */
async function finish(answer) {
  const exchanged = progress();
  const known = isSignedIn();
  try {
    const { returnTo, text } = await exchange(door, answer, exchanged);
    goOn(returnTo, text);
  } catch (error) {
    if (await hasEndedWell(error, known)) goOn("/");
    else outcome(error);
  }
}

/** A callback that is presented twice is no error for somebody who is signed in. */
async function hasEndedWell(error, known) {
  if (!error.isProblem) return false;
  if (error.status === 0 || error.code === "state_mismatch") return (await known) || (error.status !== 0 && isSignedIn());
  if (error.code !== "login_used") return false;
  // The other presentation may still be waiting for Snyk.
  for (let left = 10; left > 0; left--) {
    if (await isSignedIn()) return true;
    if (left > 1) await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return false;
}
