/** Where the app's server is. */
export interface ServerOptions {
  /**
   * Base URL of the app's server, if it is not the origin of the page: then the page's origin must be the server's
   * `FRONTEND_ORIGIN`, and both must belong to one site, because the session is a `SameSite` cookie.
   */
  apiBaseUrl?: string;
}

/** How a login begins. */
export interface BeginLoginOptions extends ServerOptions {
  /** Path to go on at after the login, which `completeLogin` returns. Default: `/`. */
  returnTo?: string;
  /** Id of the connection that the login replaces. Default: the login adds a connection. */
  reconnect?: string;
  /** Whether the browser leaves for Snyk. Default: `true`. */
  navigate?: boolean;
}

/** A verifier and its challenge (RFC 7636). */
export interface PkcePair {
  /**
   * The code verifier: 43 characters from 32 random bytes. It is a secret of the caller from now on: it must reach
   * only the server that redeems the code, and never an address, a log or the browser's storage.
   */
  verifier: string;
  /** The code challenge, for the authorization request. */
  challenge: string;
  /** The `code_challenge_method`. */
  method: "S256";
}

/** An organization at Snyk. */
export interface Org {
  id: string;
  name: string;
  slug: string;
}

/** One authorization of the app at Snyk. */
export interface Connection {
  id: string;
  /** `reconnect_needed`: Snyk no longer accepts its tokens. */
  status: "active" | "reconnect_needed";
  /** As whom the app acts: a bot of the organization or group, or the person. `null`: Snyk does not say. */
  context: "tenant" | "user" | null;
  orgs: Org[];
  /** Whether `orgs` is complete. If not, the server is still reading. */
  orgs_complete: boolean;
  /** The granted scopes. */
  scopes: string[];
  /** The scopes that were requested but not granted. */
  missing_scopes: string[];
  /** Times are written as in RFC 3339. */
  connected_at: string;
  access_token_expires_at: string;
  refresh_token_expires_at: string | null;
  refreshed_at: string;
  /** How often the tokens have been refreshed. */
  generation: number;
}

/** The app, as its server describes it. */
export interface App {
  name: string;
  client_id: string;
  authorization_endpoint: string;
  /** The origin at which logins can be finished. */
  origin: string;
  redirect_uri: string;
  /** The scopes that a login requests. */
  scopes: string[];
  /** Snyk's region, for instance `us-01`; `sandbox` or `custom`. */
  region: string;
  /** Whether it runs against the local sandbox instead of Snyk. */
  sandbox: boolean;
}

/** What this browser is signed in to. */
export interface Session {
  app: App;
  /** Empty: nobody is signed in. */
  connections: Connection[];
}

/** A login that has ended well. */
export interface CompletedLogin {
  connection: Connection;
  /** Path of the page to go on at: what `beginLogin` was given, or `/`. */
  returnTo: string;
}

/** Codes of the server. */
export type ServerErrorCode =
  | "access_denied"
  | "bad_request"
  | "code_rejected"
  | "forbidden"
  | "internal"
  | "login_expired"
  | "login_refused"
  | "login_used"
  | "not_found"
  | "not_signed_in"
  | "payload_too_large"
  | "provider_rejected_client"
  | "provider_unavailable"
  | "rate_limited"
  | "reconnect_needed"
  | "state_mismatch"
  | "unavailable";

/** Codes of failures that are found in the browser. It also uses some of the server's. */
export type BrowserErrorCode =
  | "address_bar"
  | "bad_input"
  | "cookies_blocked"
  | "intercepted"
  | "missing_part"
  | "offline"
  | "timed_out"
  | "unreadable"
  | "wrong_origin";

/** What every promise of this package rejects with. It contains no secret. */
export declare class LoginError extends Error {
  private constructor();
  readonly name: "LoginError";
  /** What failed. Codes are stable; a newer server may have more of them. */
  readonly code: ServerErrorCode | BrowserErrorCode | (string & {});
  /** What it means, in the server's words; may be empty. It is text, never markup. */
  readonly detail: string;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** The id under which the server logged the request; may be empty. */
  readonly requestId: string;
  /** With `wrong_origin`: the origin at which the app works. */
  readonly appOrigin: string;
}

/**
 * Makes a verifier from the browser's secure random generator, and its challenge. `beginLogin` makes its own: use this
 * only for a flow that your own server finishes.
 */
export declare function createPkcePair(): Promise<PkcePair>;

/** Returns the S256 challenge of a verifier: 43 to 128 characters as RFC 7636 allows them. */
export declare function challengeFor(verifier: string): Promise<string>;

/**
 * Begins a login: makes its secrets, hands them to the app's server, and leaves for Snyk. The promise stays pending while
 * the browser leaves, for eight seconds at most. It returns the address at Snyk, which with `navigate: false` is for you
 * to open, in the same browser.
 */
export declare function beginLogin(options?: BeginLoginOptions): Promise<string>;

/**
 * Completes a login on the page to which Snyk returns. Call it first: it takes Snyk's answer out of the address bar
 * before it returns, so that no other script, request or bookmark gets it. `null`: there is no answer in the address.
 */
export declare function completeLogin(options?: ServerOptions): Promise<CompletedLogin | null>;

/** Asks the app's server who is signed in. */
export declare function session(options?: ServerOptions): Promise<Session>;

/** Signs out in this browser. Connections stay: other browsers may use them. */
export declare function signOut(options?: ServerOptions): Promise<void>;
