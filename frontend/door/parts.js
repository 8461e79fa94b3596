// The parts of the page: the document names them, with their hashes, in links that no browser follows.

/** Time after which a part that has not come is named. */
export const PATIENCE = 6_000;

/** Creates an element. What is no property of it becomes an attribute. */
export function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Returns a file of the page as the document names it, with its hash. */
const part = (name) => document.querySelector(`link[data-part=${name}]`);

/** Requests a file of the page. */
export async function load(name) {
  const { href, integrity } = part(name);
  const response = await fetch(href, { integrity });
  if (!response.ok) throw new Error(`${response.status} for ${href}`);
  return response;
}

/** Imports a module of the page. The link checks its integrity, and fills the same map of modules. */
export async function loadModule(name) {
  const { href, integrity } = part(name);
  document.head.append(element("link", { rel: "modulepreload", href, integrity, crossOrigin: "anonymous" }));
  return import(href);
}

/** Requests the styles of the application. Without them it works, so nothing waits for long. */
export function styles() {
  const links = [...document.querySelectorAll("link.app-sheet[disabled]")];
  return Promise.all(
    links.map(
      (link) =>
        new Promise((resolve) => {
          link.onload = link.onerror = resolve;
          setTimeout(resolve, PATIENCE);
          link.disabled = false;
          link.removeAttribute("disabled");
        }),
    ),
  );
}

/** Requests what is needed later, when nothing else is going on. */
export function whenIdle(run) {
  if (window.requestIdleCallback) requestIdleCallback(run);
  else setTimeout(run, 200);
}

/** Puts parts of the page into the browser's cache, without running them. */
export async function prefetch(...names) {
  if (navigator.connection?.saveData) return;
  for (const name of names) {
    const response = await fetch(part(name).href, { priority: "low" });
    await response.arrayBuffer();
  }
}

/** Loads the typeface, and shows it once it is here, so that nothing flashes. */
export async function typeface() {
  const faces = await document.fonts.load('400 16px "Atkinson Hyperlegible Next"').catch(() => []);
  if (faces.length) document.documentElement.setAttribute("data-face", "");
}
