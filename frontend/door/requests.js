// Requests to our server, and what their answers mean.

/**
 * Time-outs in milliseconds, by the server's work. Each is longer than the server's own limits, so
 * that the server's message comes first if there is one. The body has the same time again.
 */
export const WITHIN = { server: 30_000, change: 110_000 };
/** Age from which a read is sent again when the network is back: it was sent over one that is gone. */
const STALE = 3_000;

/** What failed. `code` is stable: one of a problem of the server, or one of this module. */
export class DoorError extends Error {
  constructor(code, more) {
    super(more?.title || code);
    Object.assign(
      this,
      { code, isProblem: false, status: 0, kind: "", title: "", detail: "", requestId: "", here: "", right: "" },
      more,
    );
  }
}

/** The API's origin as the document names it. Empty: the origin of the page. */
export function apiOfDocument() {
  const { origin } = new URL(document.querySelector("meta[name=api-base-url]").content || "/", location);
  return origin === location.origin ? "" : origin;
}

/** Whether anything answers at another origin. The page may not read what a proxy answers there. */
const answers = (base, signal) =>
  fetch(`${base}/healthz`, { mode: "no-cors", credentials: "omit", cache: "no-store", signal }).then(
    () => true,
    () => false,
  );

/**
 * Sends a request to our server, whose address is `base`, and returns the whole answer. Redirects are
 * not followed: our API has none, so one comes from something in between. Only a read is sent again.
 */
export async function send(method, path, body, within, base = apiOfDocument()) {
  for (;;) {
    const controller = new AbortController();
    let why = "offline";
    const stop = (reason) => {
      why = reason;
      controller.abort();
    };
    const began = performance.now();
    const online = () => {
      if (method === "GET" && performance.now() - began >= STALE) stop("network_back");
    };
    let timer = setTimeout(stop, within, "timed_out");
    addEventListener("online", online);
    try {
      const headers = { accept: "application/json, application/problem+json" };
      if (body) headers["content-type"] = "application/json";
      const response = await fetch(base + path, {
        method,
        body,
        headers,
        credentials: base ? "include" : "same-origin",
        cache: "no-store",
        redirect: "manual",
        signal: controller.signal,
      });
      clearTimeout(timer);
      timer = setTimeout(stop, within, "timed_out");
      // From here on there is a network: an answer that breaks off cannot be read.
      why = "unreadable";
      return {
        status: response.status,
        body: await response.text(),
        date: response.headers.get("date"),
        mediaType: response.headers.get("content-type"),
        requestId: response.headers.get("x-request-id"),
      };
    } catch (cause) {
      if (why === "offline" && base && (await answers(base, controller.signal))) why = "intercepted";
      if (why !== "network_back") throw new DoorError(why, { cause });
    } finally {
      clearTimeout(timer);
      removeEventListener("online", online);
    }
  }
}

/** Whether a request id is one of our server. Proxies add ids too, but not ULIDs. */
const isUlid = (id) => /^[0-7][\da-hjkmnp-tv-z]{25}$/i.test(id ?? "");

const isOurs = ({ requestId }) => isUlid(requestId);

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns why an answer is of no use. */
function failure(answer) {
  const { status, body, mediaType, date } = answer;
  const problem = mediaType?.startsWith("application/problem+json") ? parsed(body) : null;
  // Gateways send problem documents too, with codes of their own or without one.
  if (typeof problem?.code === "string" && (isOurs(answer) || isUlid(problem.request_id))) {
    const { code, title = "", type = "", detail = "", request_id = "" } = problem;
    return new DoorError(code, { isProblem: true, status, title, kind: type, detail, requestId: request_id, date, answer });
  }
  return new DoorError(isOurs(answer) ? "unreadable" : "intercepted", { status, answer });
}

export const isSuccess = ({ status }) => status >= 200 && status < 300;

/** Parses the body of a success, which must have the members `names`. */
export function json(answer, names) {
  const value = isSuccess(answer) ? parsed(answer.body) : null;
  if (!value || names.some((name) => value[name] === undefined)) throw failure(answer);
  return value;
}

/** Checks that our server has done it: the page of a captive portal is a success too. */
export function done(answer) {
  if (!isSuccess(answer) || !(isOurs(answer) || answer.status === 204)) throw failure(answer);
}
