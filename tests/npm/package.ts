// Every export of the npm package as its declarations describe it. It is compiled, not run.

import { LoginError, beginLogin, challengeFor, completeLogin, createPkcePair, session, signOut } from "snyk-app-login";
import type {
  App,
  BeginLoginOptions,
  BrowserErrorCode,
  CompletedLogin,
  Connection,
  Org,
  PkcePair,
  ServerErrorCode,
  ServerOptions,
  Session,
} from "snyk-app-login";

const server: ServerOptions = { apiBaseUrl: "https://api.example.com" };
const options: BeginLoginOptions = { ...server, returnTo: "/here", reconnect: "01JD", navigate: false };

export async function everything(): Promise<string[]> {
  const pair: PkcePair = await createPkcePair();
  const method: "S256" = pair.method;
  const challenge: string = await challengeFor(pair.verifier);
  const address: string = await beginLogin(options);
  await beginLogin();
  const completed: CompletedLogin | null = await completeLogin(server);
  const now: Session = await session();
  const app: App = now.app;
  const connections: Connection[] = now.connections;
  const orgs: Org[] = connections.flatMap((connection) => connection.orgs);
  const nothing: void = await signOut();
  // @ts-expect-error: there may be no login to complete.
  completed.returnTo;
  // @ts-expect-error: a verifier is a string.
  await challengeFor(pair);
  // @ts-expect-error: there is no such option.
  await beginLogin({ return_to: "/" });
  // @ts-expect-error: only the package makes errors.
  new LoginError("offline");
  return [method, challenge, pair.challenge, address, app.name, String(nothing), ...orgs.map(({ name }) => name)];
}

export function words(error: unknown): string {
  if (!(error instanceof LoginError)) throw error;
  const asError: Error = error;
  const known: readonly (ServerErrorCode | BrowserErrorCode)[] = ["access_denied", "offline"];
  // A newer server may have codes that are not declared.
  const isNew = error.code === "brand_new";
  const isKnown = known.some((code) => code === error.code);
  const { status, detail, requestId, appOrigin } = error;
  return [asError.message, isNew, isKnown, status.toFixed(), detail, requestId, appOrigin].join(" ");
}
