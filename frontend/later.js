// The second Wasm of the application: the pages that few people open first. `xtask/src/spa/split.rs` puts this
// function into the script of the first Wasm, whose exports are `wasm`.

/** Loads the module, and tells a task of the application whether it has come. */
async function loadLater(callback, task) {
  let isHere = false;
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), 60_000);
  try {
    const { href, integrity } = document.querySelector("link[data-part=later-wasm]");
    const response = await fetch(href, { integrity, signal: stop.signal });
    if (!response.ok) throw new Error(`${response.status} for ${href}`);
    // From its bytes: whatever type a host sends for the file is not in the way.
    await WebAssembly.instantiate(await response.arrayBuffer(), { __wasm_split: wasm });
    isHere = true;
  } catch (error) {
    console.warn(error);
  }
  clearTimeout(late);
  wasm.__indirect_function_table.get(callback)(task, isHere);
}
