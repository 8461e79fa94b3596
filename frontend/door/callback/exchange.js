// The end of a login, for the door and for the npm package.

import { connectionBody, returnPath } from "./callback_wasm.js";

/**
 * Hands an answer of Snyk to the server, and returns the connection, the path to go on at, and the
 * server's answer as text. `door` has the requests; `exchanged` is called when the server has
 * answered. Rejects with a `DoorError`.
 */
export async function exchange(door, answer, exchanged) {
  let body;
  try {
    body = connectionBody(answer);
  } catch (code) {
    throw new door.DoorError(code, { isProblem: true });
  }
  const sent = await door.send("POST", "/api/connections", body, door.within.change);
  const { connection, return_to } = door.json(sent, ["connection", "return_to"]);
  exchanged();
  const session = await door.session().catch(() => null);
  // The login is finished, but the browser did not keep the session cookie.
  if (session?.connections.length === 0) throw new door.DoorError("cookies_blocked");
  return { connection, returnTo: returnPath(return_to), text: sent.body };
}
