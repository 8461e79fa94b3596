// The door: everything until a login leaves for Snyk, without the application.
//
// The document holds the whole welcome. This module fills in what the server knows, starts logins,
// and loads the application for whoever is signed in. The secrets of a login are made and erased in
// Wasm (`frontend/door/src/lib.rs`). The way back from Snyk, and the words of every refusal, are a
// module of their own (`callback/callback.js`), which is loaded when it is needed.
//
// The application imports nothing from here: it is handed the object `door` when it starts, so that
// both use the same instance.

import { connect, known, ready, session } from "./login.js";
import { MISSING, NO_WASM, SLOW, above, check, describe, endPolls, free, main, press, root, say, scopes, showWelcome, stuck, tell, title } from "./page.js";
import { PATIENCE, element, load, loadModule, prefetch, styles, typeface, whenIdle } from "./parts.js";
import { DoorError, WITHIN, apiOfDocument, json, send } from "./requests.js";

/** Ends the door's listeners, when the application takes over. */
const stop = new AbortController();

/** Loads the way back and the words of refusals. */
async function wayBack() {
  const [module, response] = await Promise.all([loadModule("callback"), load("callback-wasm")]);
  return module.open(response, door);
}

let back = null;

/** Returns the module of the way back. */
function callback() {
  back ??= wayBack();
  back.catch(() => {
    back = null;
  });
  return back;
}

let isStarted = false;

/**
 * Loads the application and hands over. `connected` is the end of a login, if there was one. Returns
 * whether the application has started.
 */
async function start(connected) {
  if (isStarted) return true;
  isStarted = true;
  if (root.dataset.state !== "callback") root.dataset.state = "starting";
  const late = setTimeout(() => tell(SLOW), PATIENCE);
  try {
    const [module, response] = await Promise.all([loadModule("app"), load("app-wasm"), styles()]);
    await module.default({ module_or_path: response });
    clearTimeout(late);
    stop.abort();
    endPolls();
    module.start(door, connected);
    return true;
  } catch (error) {
    clearTimeout(late);
    isStarted = false;
    console.warn(error);
    tell(MISSING);
    return false;
  }
}

/** What the application and the other half of the door use. */
const door = {
  connect,
  session,
  send,
  json,
  start,
  press,
  say,
  title,
  element,
  DoorError,
  within: WITHIN,
  main,
  api: apiOfDocument(),
  app: () => known.app,
  /** Returns the latest answer about the session, once: a promise, or nothing. */
  takeSession() {
    const answer = known.latest;
    known.latest = null;
    return answer ?? undefined;
  },
  /** Removes the door from the page, whose body is the application's from now on. */
  leave() {
    known.hasLeft = true;
    root.remove();
  },
  showWelcome,
  /** Puts the pages that are loaded later into the browser's cache, when nothing else is going on. */
  loadAhead() {
    whenIdle(() => prefetch("later-wasm").catch(() => {}));
  },
};

/** Begins. */
async function open() {
  const { pathname, search, hash } = location;
  // The secret of an administrator's link leaves the address and the history before anything is
  // requested or awaited. What cannot be removed is not used. The short fragment is the skip link's.
  if (/^\/admin\/?$/.test(pathname) && hash.length > 9) {
    history.replaceState(history.state, "", pathname + search);
    if (!location.hash) door.link = hash;
  }
  Object.assign(above, { callback, start });
  known.onApp = describe;
  stuck.hidden = true;
  if (typeof WebAssembly !== "object") {
    tell(NO_WASM);
    return;
  }
  // What may be an answer of Snyk, and an address in another form than ours, are for Rust to judge.
  if (/^\/callback|^\/\/|.\/$/.test(pathname) || /state|%/i.test(search + hash)) {
    root.dataset.state = "starting";
    const words = await callback();
    const answer = words.take();
    if (answer !== undefined) {
      performance.mark("taken");
      root.dataset.state = "callback";
      whenIdle(typeface);
      words.finish(answer);
      return;
    }
    delete root.dataset.state;
  }
  if (location.pathname !== "/") {
    session().catch(() => {});
    whenIdle(typeface);
    start();
    return;
  }
  // Whoever reloads a page of the application is signed in, probably: no flash of the welcome.
  if (history.state?.scroll) root.dataset.state = "starting";
  const options = { signal: stop.signal };
  addEventListener("online", () => check(), options);
  addEventListener(
    "pageshow",
    ({ persisted }) => {
      if (!persisted) return;
      free();
      check();
    },
    options,
  );
  if (window.BroadcastChannel) {
    const channel = new BroadcastChannel("session");
    channel.onmessage = () => check();
    stop.signal.addEventListener("abort", () => channel.close());
  }
  const late = setTimeout(() => tell(SLOW), PATIENCE);
  const asked = check();
  const ended = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  Promise.race([ready().catch(() => {}), ended]).then(() => whenIdle(typeface));
  try {
    await ready();
    if (stuck.querySelector("h2").textContent === SLOW[0]) stuck.hidden = true;
  } catch (error) {
    console.warn(error);
    tell(MISSING);
  }
  clearTimeout(late);
  await asked;
  whenIdle(async () => {
    await scopes(true);
    if (!isStarted) prefetch("app", "app-wasm").catch(() => {});
  });
}

open().catch((error) => {
  console.warn(error);
  tell(MISSING);
});
