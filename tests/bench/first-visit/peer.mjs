// Builds the page of `welcome.jsx` for release into a folder: `node peer.mjs FOLDER`.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

const folder = process.argv[2];
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  entryPoints: ['welcome.jsx'],
  bundle: true,
  minify: true,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  outdir: folder,
  metafile: true,
});
const script = Object.keys(metafile.outputs)[0].split('/').pop();
const files = {
  'index.html': '<!doctype html><html lang="en"><head><meta charset="utf-8" />' +
    '<meta name="viewport" content="width=device-width, initial-scale=1" />' +
    '<meta name="description" content="See which issues matter, across your Snyk organizations." />' +
    '<title>See which issues matter, across your Snyk organizations</title>' +
    '<link rel="icon" href="/favicon.svg" type="image/svg+xml" />' +
    `<script type="module" src="/${script}"></script></head><body><div id="root"></div></body></html>\n`,
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1H0z" /></svg>\n',
};
for (const [name, text] of Object.entries(files)) await writeFile(`${folder}/${name}`, text);
for (const name of [script, 'index.html']) {
  await writeFile(`${folder}/${name}.br`, brotliCompressSync(await readFile(`${folder}/${name}`)));
}
