// The session as the server tells it, and the beginning of a login.

import init, { makeAttempt } from "./door_wasm.js";
import { begin, wrongOrigin } from "./begin.js";
import { load } from "./parts.js";
import { DoorError, WITHIN, json, send } from "./requests.js";

/** What is known of the session. */
export const known = {
  /** The app's description, once the server has told it. */
  app: null,
  /** The latest answer, until the application takes it over. */
  latest: null,
  /** Whether the application has taken over. */
  hasLeft: false,
  /** Called with each description of the app. */
  onApp() {},
};

/** Asks for the session, and returns it. */
export async function session() {
  const answer = send("GET", "/api/session", undefined, WITHIN.server);
  if (!known.hasLeft) known.latest = answer;
  // The application may take the answer later.
  answer.catch(() => {});
  const value = json(await answer, ["app", "connections"]);
  known.app = value.app;
  known.onApp();
  return value;
}

let wasm = null;

/** Starts the door's Wasm, once. */
export function ready() {
  wasm ??= load("door-wasm").then((response) => init({ module_or_path: response }));
  wasm.catch(() => {
    wasm = null;
  });
  return wasm;
}

/**
 * Starts a login and leaves for Snyk. It returns to the path `returnTo`, and replaces the
 * connection `reconnect`. Rejects with a `DoorError`.
 */
export async function connect(returnTo, reconnect) {
  const app = known.app ?? (await session()).app;
  const wrong = wrongOrigin(app);
  if (wrong) throw wrong;
  await ready().catch((cause) => {
    throw new DoorError("missing_part", { cause });
  });
  location.assign(await begin(app, send, returnTo, reconnect));
}
