import { LoginError, beginLogin, completeLogin, session, signOut } from "snyk-app-login";
import type { Session } from "snyk-app-login";

/** What the page shows. */
export interface State {
  session: Session | null;
  failure: LoginError | null;
}

// Empty: the app's server is at the origin of this page.
const server = { apiBaseUrl: import.meta.env.VITE_API_BASE_URL ?? "" };

/** Completes a login if Snyk has sent the browser back, and asks who is connected. Never rejects. */
export async function open(): Promise<State> {
  const { failure } = await attempt(async () => {
    const completed = await completeLogin(server);
    if (completed) history.replaceState(null, "", completed.returnTo);
    return null;
  });
  const state = await attempt(() => session(server));
  return { ...state, failure: failure ?? state.failure };
}

/** Leaves for Snyk. */
export function connect(): Promise<State> {
  return attempt(async () => {
    await beginLogin({ ...server, returnTo: "/" });
    return null;
  });
}

/** Signs out in this browser, and asks who is connected. */
export function leave(): Promise<State> {
  return attempt(async () => {
    await signOut(server);
    return session(server);
  });
}

async function attempt(run: () => Promise<Session | null>): Promise<State> {
  try {
    return { session: await run(), failure: null };
  } catch (error) {
    if (error instanceof LoginError) return { session: null, failure: error };
    throw error;
  }
}
