// What runs inside each page: from a key or click to the frame that shows its result.

/** How many rows are read to tell whether the page shows what it should. */
export const READ = 8;

/** What the first rows say: subject and creation of each. */
export const signature = (rows) => rows.slice(0, READ).map((row) => `${row.subject}|${row.created}`).join('\n');

/** Installed before each page's own scripts; it costs the page nothing until it is armed. */
export function install({ row, cell, read }) {
  const shown = () => {
    const lines = [];
    for (const element of document.querySelectorAll(row)) {
      if (lines.length === read) break;
      if (element.hidden) continue;
      const cells = element.querySelectorAll(cell);
      if (cells.length < 8) continue;
      lines.push(`${cells[3].textContent.trim()}|${cells[5].textContent.trim()}`);
    }
    return lines.join('\n');
  };
  /** Waits for the next `event` of a person, then for the first frame that shows `wanted`. */
  const arm = (event, wanted) => {
    window.probe.result = new Promise((resolve) => {
      const begin = ({ timeStamp }) => {
        const { port1, port2 } = new MessageChannel();
        // A message posted from a frame's callbacks arrives after its style, layout and paint.
        port1.onmessage = () => {
          const now = performance.now();
          if (shown() === wanted) resolve(now - timeStamp);
          else if (now - timeStamp > 5000) resolve(`it still shows\n${shown()}\nand not\n${wanted}`);
          else next();
        };
        const next = () => requestAnimationFrame(() => port2.postMessage(null));
        next();
      };
      window.addEventListener(event, begin, { capture: true, once: true });
    });
  };
  window.probe = { arm, shown, result: undefined };
}
