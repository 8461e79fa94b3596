import { use, useState } from "react";

import { connect, leave } from "./login";
import type { State } from "./login";

/** Says who is connected. */
export function App({ opened }: { opened: Promise<State> }) {
  const [{ session, failure }, setState] = useState(use(opened));
  const [isBusy, setIsBusy] = useState(false);

  async function press(run: () => Promise<State>) {
    setIsBusy(true);
    const next = await run();
    setState((last) => ({ session: next.session ?? last.session, failure: next.failure }));
    setIsBusy(false);
  }

  const app = session?.app;
  const connections = session?.connections ?? [];
  const isConnected = connections.length > 0;
  return (
    <>
      <h1>{isConnected ? "You are connected" : `Connect ${app?.name ?? "this app"} to Snyk`}</h1>
      <p role="alert">{failure && `${failure.message} (${failure.code})`}</p>
      {isConnected ? (
        <>
          <p>The server holds the tokens. This browser has a session cookie, and nothing else.</p>
          <ul>
            {connections.flatMap(({ id, orgs }) => orgs.map((org) => <li key={id + org.id}>{org.name}</li>))}
          </ul>
          <button type="button" disabled={isBusy} onClick={() => press(leave)}>
            Sign out
          </button>
        </>
      ) : (
        <>
          <p>You go to Snyk, choose an organization or group, and come back.</p>
          <button type="button" disabled={isBusy} onClick={() => press(connect)}>
            {app?.sandbox ? "Connect to the sandbox" : "Connect to Snyk"}
          </button>
        </>
      )}
    </>
  );
}
