// The npm package in Node.js, which has no page: what it computes, and what it does around the address
// bar and the network, which are stood in for.
//
// usage: node package.mjs FOLDER-OF-THE-PACKAGE

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const address = pathToFileURL(`${process.argv[2]}/index.js`);

// Everything takes a thousandth of its time, so that time-outs are seen.
const later = globalThis.setTimeout;
globalThis.setTimeout = (run, time, ...more) => later(run, time / 1_000, ...more);
AbortSignal.timeout = (time) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), time);
  return controller.signal;
};
globalThis.addEventListener = globalThis.removeEventListener = () => {};

/** What happened, in order. */
const seen = [];
globalThis.location = { origin: "https://page.example", pathname: "/", search: "", hash: "" };
globalThis.history = {
  state: { kept: true },
  replaceState(state, _, url) {
    assert.deepEqual(state, { kept: true });
    seen.push(`address: ${url}`);
    Object.assign(location, { search: "", hash: "" });
  },
};

const never = (_, { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const json = (value, status = 200) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", "x-request-id": "01JD9Z7K3M8QW4T5V6X7Y8Z9AB" },
  });
const wasm = async (url) =>
  new Response(await readFile(url), { headers: { "content-type": "application/wasm" } });
/** The servers: of the Wasm, and of the app. */
const servers = { wasm, app: never };
globalThis.fetch = (url, options) => {
  seen.push(`${options.method ?? "GET"} ${String(url).split("/").slice(-2).join("/")}`);
  return String(url).startsWith("file:") ? servers.wasm(url, options) : servers.app(String(url), options);
};

const login = await import(address);
const { LoginError, beginLogin, challengeFor, completeLogin, createPkcePair, session, signOut } = login;

/** Checks that a promise rejects with an error of the package that has a code. */
async function rejects(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof LoginError && error instanceof Error, String(error));
    assert.equal(error.name, "LoginError");
    assert.equal(error.code, code, error.cause?.stack);
    assert.notEqual(error.message, code, "it has no words");
    return true;
  });
}

// A Wasm that does not arrive is told, and is asked for again.
for (const broken of [
  async () => new Response("none", { status: 404 }),
  async () => new Response("<h1>Wi-Fi</h1>", { headers: { "content-type": "text/html" } }),
  async () => {
    throw new TypeError("no network");
  },
  never,
]) {
  servers.wasm = broken;
  await rejects(createPkcePair(), "missing_part");
}
servers.wasm = wasm;

// PKCE.
const s256 = (verifier) => createHash("sha256").update(verifier).digest("base64url");
assert.equal(
  await challengeFor("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
  "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  "RFC 7636 appendix B",
);
const verifiers = new Set();
for (let left = 100; left > 0; left--) {
  const { verifier, challenge, method } = await createPkcePair();
  assert.match(verifier, /^[A-Za-z0-9\-._~]{43,128}$/);
  assert.equal(challenge, s256(verifier));
  assert.equal(challenge, await challengeFor(verifier));
  assert.equal(method, "S256");
  verifiers.add(verifier);
}
assert.equal(verifiers.size, 100);
const longest = "~".repeat(128);
assert.equal(await challengeFor(longest), s256(longest));
for (const wrong of ["", "a".repeat(42), "a".repeat(129), `${"a".repeat(43)}=`, "ä".repeat(43), undefined, null, 43, {}])
  await rejects(challengeFor(wrong), "bad_input");

// Arguments.
for (const apiBaseUrl of [
  "api.example",
  "ftp://api.example",
  "https://api.example/?a",
  "https://a@api.example",
  "https://:b@api.example",
  1,
  null,
])
  for (const call of [session, signOut, beginLogin]) await rejects(call({ apiBaseUrl }), "bad_input");
for (const options of [{ returnTo: 1 }, { reconnect: {} }]) await rejects(beginLogin(options), "bad_input");

// Every promise ends.
for (const call of [session, signOut, beginLogin]) await rejects(call(), "timed_out");
servers.app = async () => {
  throw new TypeError("no network");
};
await rejects(session(), "offline");
servers.app = async () => new Response("<h1>Wi-Fi</h1>", { headers: { "content-type": "text/html" } });
await rejects(session(), "intercepted");
await rejects(signOut(), "intercepted");
servers.app = async () => json({ other: 1 });
await rejects(session(), "unreadable");

// The server's address, and its cookies.
let asked;
servers.app = async (url, options) => {
  asked = [url, options.credentials];
  return json({ app: { origin: "https://other.example" }, connections: [] });
};
await session();
assert.deepEqual(asked, ["/api/session", "same-origin"]);
await session({ apiBaseUrl: "https://api.page.example/base/" });
assert.deepEqual(asked, ["https://api.page.example/base/api/session", "include"]);
await assert.rejects(beginLogin(), { code: "wrong_origin", appOrigin: "https://other.example" });

// The beginning of a login: the address has the challenge, and only the server gets the verifier.
const app = {
  origin: location.origin,
  authorization_endpoint: "https://app.snyk.io/oauth2/authorize",
  client_id: "c",
  redirect_uri: "https://page.example/callback",
  scopes: ["org.read", "org.project.read"],
};
let attempts = [];
let presented = 1;
servers.app = async (url, { method, body }) => {
  if (method === "POST") {
    attempts.push(JSON.parse(body));
    return new Response(null, { status: 204 });
  }
  return json(url.endsWith("/api/session") ? { app, connections: [] } : { presented });
};
location.assign = (url) => seen.push(`leaves: ${url}`);
seen.length = 0;
const left = await beginLogin({ returnTo: "/next" });
assert.ok(seen.includes(`leaves: ${left}`));
for (const options of [{ navigate: false }, { navigate: false, reconnect: "01JD" }]) {
  seen.length = 0;
  const { origin, pathname, searchParams } = new URL(await beginLogin(options));
  assert.equal(origin + pathname, app.authorization_endpoint);
  const { state, code_verifier, reconnect } = attempts.at(-1);
  assert.equal(reconnect, options.reconnect);
  assert.deepEqual(Object.fromEntries(searchParams), {
    response_type: "code",
    client_id: "c",
    redirect_uri: app.redirect_uri,
    scope: "org.read org.project.read",
    state,
    code_challenge: s256(code_verifier),
    code_challenge_method: "S256",
  });
  assert.ok(!seen.some((one) => one.startsWith("leaves")));
}
assert.equal(attempts[0].return_to, "/next");
assert.equal(new Set(attempts.flatMap(({ state, code_verifier }) => [state, code_verifier])).size, 6);
presented = 0;
await rejects(beginLogin(null), "cookies_blocked");

// The way back. The answer leaves the address bar before anything is asked, and before the call returns.
const state = "A".repeat(43);
assert.equal(await completeLogin(), null);
for (const [place, text] of [
  ["search", "?code=secret"],
  ["search", "?q=1"],
  ["hash", "#state=x"],
]) {
  Object.assign(location, { search: "", hash: "", [place]: text });
  seen.length = 0;
  assert.equal(await completeLogin(), null, text);
  assert.deepEqual(seen, [], text);
}
const bodies = [];
servers.app = async (url, { method, body }) => {
  if (method === "GET") return json({ app: {}, connections: [1] });
  bodies.push(JSON.parse(body));
  return json({ connection: { id: "c" }, return_to: "/next" }, 201);
};
for (const [place, text, path] of [
  ["search", `?code=secret&state=${state}`, "/callback"],
  ["hash", `#state=${state}&code=secret`, "//evil.example"],
]) {
  Object.assign(location, { pathname: path, search: "", hash: "", [place]: text });
  seen.length = 0;
  const [one, other] = [completeLogin(), completeLogin()];
  assert.deepEqual(seen, [`address: https://page.example${path}`], "nothing comes before it");
  assert.deepEqual(await one, { connection: { id: "c" }, returnTo: "/next" });
  assert.equal(await other, await one, "a second call is for the same login");
  assert.deepEqual(bodies.splice(0), [{ state, code: "secret" }]);
  assert.equal(await completeLogin(), null);
}
for (const [text, code] of [
  ["?code=secret&state=short", "state_mismatch"],
  [`?code=secret&code=other&state=${state}`, "bad_request"],
]) {
  location.search = text;
  await rejects(completeLogin(), code);
}
// The page goes on only at a path of its own, whatever the server answers.
servers.app = async (url, { method }) =>
  method === "GET"
    ? json({ app: {}, connections: [1] })
    : json({ connection: {}, return_to: "https://evil.example/" }, 201);
location.search = `?code=secret&state=${state}`;
assert.equal((await completeLogin()).returnTo, "/");
// An answer that stays in the address is not used.
Object.assign(location, {
  search: `?code=secret&state=${state}`,
  replace(url) {
    seen.push(`load: ${url}`);
  },
});
history.replaceState = () => {
  throw new Error("too many calls");
};
seen.length = 0;
await rejects(completeLogin(), "address_bar");
assert.deepEqual(seen, ["load: https://page.example//evil.example"]);

console.log(JSON.stringify(Object.keys(login).sort()));
