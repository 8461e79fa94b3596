// A page that connects to Snyk and says who is connected, without a build step.

import { beginLogin, completeLogin, session, signOut } from "./snyk-app-login/index.js";

const server = { apiBaseUrl: document.querySelector("meta[name=api-base-url]").content };
const element = (id) => document.getElementById(id);
const [failure, connect, out] = [element("failure"), element("connect"), element("sign-out")];

/** Does something, and shows its failure. The code is what operators and programs look for. */
async function attempt(run) {
  try {
    await run();
    return true;
  } catch (error) {
    failure.textContent = `${error.message} (${error.code})`;
    return false;
  }
}

/** Shows who is connected. */
async function show() {
  const { app, connections } = await session(server);
  const isConnected = connections.length > 0;
  document.querySelector("h1").textContent = isConnected ? "You are connected" : `Connect ${app.name} to Snyk`;
  element("text").textContent = isConnected
    ? "The server holds the tokens. This browser has a session cookie, and nothing else."
    : "You go to Snyk, choose an organization or group, and come back.";
  const names = connections.flatMap(({ orgs }) => orgs.map(({ name }) => name));
  element("organizations").replaceChildren(
    ...names.map((textContent) => Object.assign(document.createElement("li"), { textContent })),
  );
  connect.textContent = app.sandbox ? "Connect to the sandbox" : "Connect to Snyk";
  connect.hidden = isConnected;
  out.hidden = !isConnected;
}

/** Does what a button says. Meanwhile it cannot be pressed again. */
function press(button, run) {
  button.addEventListener("click", async () => {
    failure.textContent = "";
    button.disabled = true;
    await attempt(run);
    button.disabled = false;
  });
}

press(connect, () => beginLogin({ ...server, returnTo: "/" }));
press(out, async () => {
  await signOut(server);
  await show();
});

// First of all, because it takes Snyk's answer out of the address bar.
await attempt(async () => {
  const completed = await completeLogin(server);
  if (completed) history.replaceState(null, "", completed.returnTo);
});
if (!(await attempt(show))) element("text").textContent = "Reload this page to try again.";
