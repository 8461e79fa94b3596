// The document: the welcome and its button.

import { LEAVES_WITHIN, wrongOrigin } from "./begin.js";
import { connect, known, ready, session } from "./login.js";

/** What stands above this module, and is set by it: it loads the other parts. */
export const above = {
  /** Returns the module of the way back and of words. */
  async callback() {},
  /** Loads the application. */
  async start() {},
};

/** Pauses between requests to a server that does not answer. The last one repeats. */
const PAUSES = [3_000, 5_000, 10_000, 20_000];

export const root = document.getElementById("door");
const find = (selector) => root.querySelector(selector);
export const welcome = find(".welcome");
export const main = find("main");
const button = find(".connect button");
const notice = find(".welcome .trouble");
const status = find("[role=status]");
/** Says without any script, after a while, that the page does not start. */
export const stuck = find(".stuck");

export const MISSING = [
  "A part of this page did not arrive",
  "The connection may have been lost, or a proxy or an extension blocks it. Reload the page; if it happens again, try another network or browser.",
];
export const SLOW = ["This page is still loading", "A part of it has not arrived yet. Wait a little longer, or reload the page."];
export const NO_WASM = [
  "This browser does not run WebAssembly",
  "The page needs it, and it is missing or switched off here. Switch it on in the browser’s settings, or use a current version of Chrome, Edge, Firefox or Safari.",
];

/** Shows a sentence about the page itself, in words that need no Wasm. */
export function tell([title, text]) {
  stuck.querySelector("h2").textContent = title;
  stuck.querySelector("p").textContent = text;
  stuck.dataset.shown = "";
  stuck.hidden = false;
  if (root.dataset.state !== "callback") root.dataset.state = location.pathname === "/" ? "nobody" : "stuck";
  say(title);
}

export function say(words) {
  status.textContent = words;
}

/** Fills in what the server says about the app. */
export function describe() {
  const { name, sandbox, region, authorization_endpoint } = known.app;
  const host = sandbox ? "the sandbox" : new URL(authorization_endpoint).host;
  const texts = {
    app: name,
    server: `${name}’s server`,
    host,
    way: sandbox
      ? "You go to the sandbox’s own page, choose an organization, and come back."
      : `You go to ${host}, choose an organization or group, and come back.`,
    foot: sandbox
      ? `${name} reads the sandbox on this computer through its own server.`
      : `${name} reads Snyk region ${region.toUpperCase()} through its own server.`,
  };
  for (const [key, text] of Object.entries(texts)) {
    // The welcome may stand in the application's own frame.
    for (const place of [...root.querySelectorAll(`[data-text=${key}]`), ...welcome.querySelectorAll(`[data-text=${key}]`)])
      place.textContent = text;
  }
  find(".brand")?.removeAttribute("aria-label");
  const strip = find(".sandbox");
  if (strip) strip.hidden = !sandbox;
  title();
  label();
  const wrong = wrongOrigin(known.app);
  if (wrong) show(wrong);
  scopes();
}

let heading = welcome.querySelector("h1").textContent;

/** The heading of the page, as the title of the document. */
export function title(words = heading) {
  heading = words;
  document.title = known.app ? `${words} · ${known.app.name}` : words;
}

let isIdle = false;

/** Lists what a login asks for, once nothing more important is going on. */
export async function scopes(idle) {
  isIdle ||= !!idle;
  if (!isIdle || !known.app) return;
  const words = await above.callback().catch(console.warn);
  words?.scopes(welcome, known.app.scopes);
}

// The button.

let isBusy = false;
/** Whether the server has answered or failed to. A press before the Wasm is here waits for it. */
let isReady = false;

function label() {
  const words = known.app?.sandbox ? "Connect to the sandbox" : "Connect to Snyk";
  button.firstElementChild.textContent = isBusy ? "Connecting" : words;
  if (isBusy || !isReady) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

/** Starts a login from a button of the door, and shows a refusal with `refuse`. */
export async function press(refuse, busy) {
  busy(true);
  say("Connecting");
  try {
    await connect();
    // The page is being left. If the person stops that, no event says so, and a second press does no
    // harm.
    await new Promise((resolve) => setTimeout(resolve, LEAVES_WITHIN));
  } catch (error) {
    await refuse(error);
  }
  busy(false);
}

button.addEventListener("click", () => {
  if (isBusy || !isReady) return;
  notice.replaceChildren();
  press(show, (busy) => {
    isBusy = busy;
    label();
  });
});

/** Shows a failure above the button. */
async function show(error) {
  if (error.code === "missing_part") {
    tell(MISSING);
    return;
  }
  try {
    const words = await above.callback();
    notice.replaceChildren(words.notice(error, retry));
  } catch {
    tell(MISSING);
  }
}

/** Tries again what failed: the request for the session. The button starts another login. */
async function retry() {
  const failed = await check();
  if (failed) say(notice.querySelector("h2")?.textContent ?? "");
}

// The session on the welcome.

let tries = 0;
let timer = 0;
let shown = null;

/** Asks for the session, shows what it says, and returns whether that failed. */
export async function check() {
  clearTimeout(timer);
  try {
    const { connections } = await session();
    tries = 0;
    shown = null;
    if (!wrongOrigin(known.app)) notice.replaceChildren();
    if (connections.length) above.start();
    else root.dataset.state = "nobody";
  } catch (error) {
    root.dataset.state = "nobody";
    const pause = PAUSES[Math.min(tries++, PAUSES.length - 1)];
    timer = setTimeout(check, pause);
    // The same failure as before: the notice that shows it stays as it is.
    if (shown !== error.code || !notice.firstChild) await show(error);
    shown = error.code;
    return true;
  } finally {
    isReady = true;
    label();
  }
  return false;
}

/** Shows the welcome in a place of the application. */
export function showWelcome(place) {
  notice.replaceChildren();
  free();
  place.append(welcome);
  const told = known.app ? ready() : session();
  told.then(() => scopes(true)).catch(console.warn);
}

/** Lets the button be pressed again. */
export function free() {
  isBusy = false;
  isReady = true;
  label();
}

/** Ends the polls, when the application takes over. */
export const endPolls = () => clearTimeout(timer);
