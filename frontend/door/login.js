// The session as the server tells it, and the beginning of a login.

import init, { beginLogin } from "./door_wasm.js";
import { load } from "./parts.js";
import { DoorError, WITHIN, done, isSuccess, json, parsed, send } from "./requests.js";

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
  const { origin } = known.app ?? (await session()).app;
  if (origin && origin !== location.origin) throw wrongOrigin();
  await ready().catch((cause) => {
    throw new DoorError("missing_part", { cause });
  });
  let address;
  try {
    address = await register(returnTo, reconnect);
  } catch (error) {
    // The connection has ended meanwhile, elsewhere or with the session: the login then adds one.
    if (!reconnect || !["not_found", "not_signed_in"].includes(error.code)) throw error;
    address = await register(returnTo);
  }
  location.assign(address);
}

/** Cookies belong to a host, so a login cannot be finished at another than the app's own. */
export const wrongOrigin = () =>
  known.app?.origin && known.app.origin !== location.origin
    ? new DoorError("wrong_origin", { here: location.origin, right: known.app.origin })
    : null;

/** Makes an attempt, hands it to the server, and returns the address at Snyk. */
async function register(returnTo, reconnect) {
  const { authorization_endpoint, client_id, redirect_uri, scopes } = known.app;
  const begun = beginLogin(
    authorization_endpoint,
    client_id,
    redirect_uri,
    scopes.join(" "),
    returnTo,
    reconnect,
  );
  // Without random bytes there is no login.
  if (!begun) throw new DoorError("unreadable");
  const [body, address] = begun.split("\n");
  done(await send("POST", "/api/login", body, WITHIN.server));
  // `navigator.cookieEnabled` stays true where the cookies of a site are blocked, so a request tests
  // it: a consent would otherwise be given in vain. If it fails, the end of the login shows it.
  const kept = await send("GET", "/api/login", undefined, WITHIN.server).catch(() => null);
  if (kept && isSuccess(kept) && parsed(kept.body)?.presented === 0) throw new DoorError("cookies_blocked");
  return address;
}
