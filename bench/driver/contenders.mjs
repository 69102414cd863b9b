// Who is measured: the page itself, and three tables bundled here and served beside it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const tables = fileURLToPath(new URL('../tables/', import.meta.url));

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

/** The others: how their rows and cells are found. */
export const OTHERS = [
  { name: 'vanilla', entry: 'vanilla.js', row: '.body > [role=row]', cell: '[role=gridcell]' },
  { name: 'TanStack', entry: 'tanstack.jsx', row: '.viewport [role=row]', cell: '[role=gridcell]' },
  { name: 'AG Grid', entry: 'ag-grid.js', row: '.ag-row', cell: '[role=gridcell]' },
];

/** Bundles the others as one would for production, and serves them with `answer` as their rows. */
export async function serve(answer) {
  const folder = await mkdtemp(join(tmpdir(), 'sentlog-bench-'));
  await build({
    entryPoints: OTHERS.map(({ entry }) => join(tables, entry)),
    outdir: folder,
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  await writeFile(join(folder, 'tables.css'), await readFile(join(tables, 'tables.css')));
  await writeFile(join(folder, 'rows.json'), JSON.stringify(answer));
  for (const { entry } of OTHERS) {
    const stem = entry.split('.')[0];
    await writeFile(
      join(folder, `${stem}.html`),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${stem}</title>
<link rel="stylesheet" href="tables.css"><div id="app"></div><script type="module" src="${stem}.js"></script></html>`,
    );
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    readFile(join(folder, path)).then(
      (content) => response.setHeader('content-type', TYPES[extname(path)] ?? 'text/plain').end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    address: ({ entry }, { rows, overscan, height }) =>
      `${url}/${entry.split('.')[0]}.html?rows=${rows}&overscan=${overscan}&height=${height}`,
    close: () => {
      server.close();
      return rm(folder, { recursive: true });
    },
  };
}
