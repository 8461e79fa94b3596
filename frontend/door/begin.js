// The beginning of a login, for the door and for the npm package.

import { makeAttempt } from "./door_wasm.js";
import { DoorError, WITHIN, done, isSuccess, parsed } from "./requests.js";

/** Time that leaving for Snyk may take before another login can begin. */
export const LEAVES_WITHIN = 8_000;

/** Cookies belong to a host, so a login cannot be finished at another than the app's own. */
export const wrongOrigin = (app) =>
  app?.origin && app.origin !== location.origin
    ? new DoorError("wrong_origin", { here: location.origin, right: app.origin })
    : null;

/**
 * Makes an attempt, hands it to the server with `send`, and returns the address at Snyk. The login
 * returns to the path `returnTo`, and replaces the connection `reconnect`.
 */
export async function begin(app, send, returnTo, reconnect) {
  try {
    return await register(app, send, returnTo, reconnect);
  } catch (error) {
    // The connection has ended meanwhile, elsewhere or with the session: the login then adds one.
    if (!reconnect || !["not_found", "not_signed_in"].includes(error.code)) throw error;
    return register(app, send, returnTo);
  }
}

async function register(app, send, returnTo, reconnect) {
  const { authorization_endpoint, client_id, redirect_uri, scopes } = app;
  const attempt = makeAttempt(
    authorization_endpoint,
    client_id,
    redirect_uri,
    scopes.join(" "),
    returnTo,
    reconnect,
  );
  // Without random bytes there is no login.
  if (!attempt) throw new DoorError("unreadable");
  const [body, address] = attempt.split("\n");
  done(await send("POST", "/api/login", body, WITHIN.server));
  // `navigator.cookieEnabled` stays true where the cookies of a site are blocked, so a request tests
  // it: a consent would otherwise be given in vain. If it fails, the end of the login shows it.
  const kept = await send("GET", "/api/login", undefined, WITHIN.server).catch(() => null);
  if (kept && isSuccess(kept) && parsed(kept.body)?.presented === 0) throw new DoorError("cookies_blocked");
  return address;
}
