// The same welcome as the page of the product, as a single-page app of the usual libraries.

import { UserManager } from "oidc-client-ts";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes } from "react-router";

/** Returns what makes the verifier and the challenge, and goes to the provider. */
function manager(app) {
  return new UserManager({
    authority: new URL(app.authorization_endpoint).origin,
    client_id: app.client_id,
    redirect_uri: app.redirect_uri,
    scope: app.scopes.join(" "),
    metadata: {
      authorization_endpoint: app.authorization_endpoint,
      token_endpoint: `${location.origin}/api/connections`,
    },
  });
}

function Welcome() {
  const [app, setApp] = useState(null);
  useEffect(() => {
    fetch("/api/session")
      .then((answer) => answer.json())
      .then((session) => setApp(session.app));
  }, []);
  return (
    <main>
      <h1>See which issues matter, across your Snyk organizations</h1>
      <p>Connect once. {app?.name ?? "This app"} reads your projects and their issues and puts the worst first.</p>
      <button type="button" disabled={app === null} onClick={() => manager(app).signinRedirect()}>
        Connect to {app?.sandbox ? "the sandbox" : "Snyk"}
      </button>
      <p>You go to Snyk, choose an organization or group, and come back.</p>
      <h2>What you will be asked to allow</h2>
      <ul>{app?.scopes.map((scope) => <li key={scope}>{scope}</li>)}</ul>
    </main>
  );
}

function Callback() {
  const [failure, setFailure] = useState(null);
  useEffect(() => {
    fetch("/api/session")
      .then((answer) => answer.json())
      .then((session) => manager(session.app).signinRedirectCallback())
      .catch((error) => setFailure(error.message));
  }, []);
  return failure === null ? <p>Finishing the sign-in</p> : <p>{failure} <Link to="/">Start page</Link></p>;
}

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <Routes>
      <Route path="/" element={<Welcome />} />
      <Route path="/callback" element={<Callback />} />
    </Routes>
  </BrowserRouter>,
);
