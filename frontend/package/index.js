// Signing in through Snyk, for pages that are not this project's own.
//
// The secrets of a login are made and erased in Wasm (`src/lib.rs`). The requests, and what their
// answers mean, are the door's (`frontend/door/`). `cargo xtask package` makes one module of this.

import init, { challengeOf, connectionBody, makeAttempt, pkcePair, returnPath } from "./login_wasm.js";
import { LEAVES_WITHIN, begin, wrongOrigin } from "../door/begin.js";
import { exchange } from "../door/callback/exchange.js";
import { DoorError, WITHIN, done, json, send } from "../door/requests.js";

/** What failures mean that the server does not put into words. */
const WORDS = {
  address_bar: "The browser did not let the page remove the sign-in's answer from its address, so it was not used",
  bad_input: "An argument is not of the form that the function needs",
  bad_request: "The answer of Snyk is malformed",
  cookies_blocked: "The browser blocks the cookies of this site",
  intercepted: "Something between the page and its server answered in its place",
  internal: "The package does not work in this browser",
  missing_part: "The WebAssembly file of the package did not arrive",
  offline: "The server could not be reached",
  state_mismatch: "The answer of Snyk does not belong to a sign-in of this browser",
  timed_out: "The server did not answer in time",
  unreadable: "The server gave an answer that the package cannot read",
  wrong_origin: "A sign-in cannot be finished at this origin; the app works at another one",
};

export class LoginError extends Error {
  constructor(code, { title, detail = "", status = 0, requestId = "", right = "", cause } = {}) {
    super(title || WORDS[code] || code, cause && { cause });
    Object.assign(this, { name: "LoginError", code, detail, status, requestId, appOrigin: right });
  }
}

/** Runs a function. Whatever it throws becomes a `LoginError`. */
async function told(run) {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DoorError) throw new LoginError(error.code, error);
    throw new LoginError("internal", { cause: error });
  }
}

const badInput = (detail) => new DoorError("bad_input", { detail });

/** Checks that an argument, if it is given, is a text. */
function text(name, value) {
  if (value !== undefined && typeof value !== "string") throw badInput(`${name} must be a string`);
  return value;
}

let wasm = null;

/** Starts the Wasm, once. The address is written in the form that bundlers recognize. */
async function ready() {
  wasm ??= load();
  try {
    await wasm;
  } catch (cause) {
    wasm = null;
    throw new DoorError("missing_part", { cause });
  }
}

async function load() {
  const signal = AbortSignal.timeout(WITHIN.server);
  const response = await fetch(new URL("./login.wasm", import.meta.url), { signal });
  if (!response.ok) throw new Error(`${response.status} for ${response.url}`);
  await init({ module_or_path: response });
}

/** Returns the requests of the server that options name, as the modules of the door use them. */
function serverOf(options) {
  const base = baseOf(text("apiBaseUrl", options?.apiBaseUrl) ?? "");
  const request = (method, path, body, within) => send(method, path, body, within, base);
  return {
    DoorError,
    json,
    send: request,
    within: WITHIN,
    async session() {
      return json(await request("GET", "/api/session", undefined, WITHIN.server), ["app", "connections"]);
    },
  };
}

function baseOf(apiBaseUrl) {
  if (apiBaseUrl === "") return "";
  try {
    const { origin, protocol, pathname, search, hash, username, password } = new URL(apiBaseUrl);
    const isPlain = !(search || hash || username || password);
    if (/^https?:$/.test(protocol) && isPlain) return origin + pathname.replace(/\/+$/, "");
  } catch {
    // It is no address.
  }
  throw badInput("apiBaseUrl must be an address with http or https, and nothing after its path");
}

export const createPkcePair = () =>
  told(async () => {
    await ready();
    const lines = pkcePair();
    // Without random bytes there is no login.
    if (!lines) throw new DoorError("internal");
    const [verifier, challenge] = lines.split("\n");
    return { verifier, challenge, method: "S256" };
  });

export const challengeFor = (verifier) =>
  told(async () => {
    if (typeof verifier !== "string") throw badInput("verifier must be a string");
    await ready();
    const challenge = challengeOf(verifier);
    if (!challenge) throw badInput("verifier must be 43 to 128 letters, digits, or any of - . _ ~");
    return challenge;
  });

export const beginLogin = (options) =>
  told(async () => {
    const { navigate = true } = options ?? {};
    const returnTo = text("returnTo", options?.returnTo);
    const reconnect = text("reconnect", options?.reconnect);
    const server = serverOf(options);
    const [{ app }] = await Promise.all([server.session(), ready()]);
    const wrong = wrongOrigin(app);
    if (wrong) throw wrong;
    const address = await begin(app, server.send, returnTo, reconnect);
    if (navigate) {
      location.assign(address);
      // The page is being left. If the person stops that, no event says so.
      await new Promise((resolve) => setTimeout(resolve, LEAVES_WITHIN));
    }
    return address;
  });

let completing = null;

export function completeLogin(options) {
  // At once, and not when the Wasm has come: until then everything in the page could read it.
  const answer = take();
  if (answer instanceof LoginError) return Promise.reject(answer);
  // A second call is for the same login, as when a framework runs an effect twice.
  if (!answer) return completing ?? Promise.resolve(null);
  completing = told(async () => {
    const server = serverOf(options);
    await ready();
    const { connection, returnTo } = await exchange(server, answer, () => {});
    return { connection, returnTo };
  }).finally(() => {
    completing = null;
  });
  return completing;
}

/** Takes the answer of Snyk out of the address bar. What an answer is, `shared/src/callback.rs` says too. */
function take() {
  const { pathname, search, hash } = location;
  const isAnswer = (text) => {
    const names = new URLSearchParams(text.slice(1));
    return names.has("state") && (names.has("code") || names.has("error"));
  };
  const answer = [search, hash].find(isAnswer);
  if (!answer) return null;
  // With the origin, because a path that begins with two slashes names a host.
  const clean = location.origin + pathname;
  try {
    history.replaceState(history.state, "", clean);
  } catch (cause) {
    // Loading the page again at that address also drops the answer. It is not used.
    location.replace(clean);
    return new LoginError("address_bar", { cause });
  }
  return answer;
}

export const session = (options) => told(() => serverOf(options).session());

export const signOut = (options) =>
  told(async () => done(await serverOf(options).send("DELETE", "/api/session", undefined, WITHIN.change)));
