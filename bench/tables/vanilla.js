// The reference: a virtual table by hand. A fixed pool of rows whose text nodes change, and nothing else.
import { COLUMNS, compare, dateNeedle, geometry, load } from './rows.js';

const CHOICES = ['status', 'type', 'organization', 'sender'];
const DATES = { created: 'createdSearch', scheduled: 'scheduledSearch' };
const NEXT = { none: 'ascending', ascending: 'descending', descending: 'none' };

const { rows: shown, overscan, height } = geometry();
const all = await load();
const filters = { subject: '', scheduleId: '', created: '', scheduled: '' };
const chosen = { status: null, type: null, organization: null, sender: null };
let sort = { by: null, direction: 'none' };
let view = all;

const viewport = document.createElement('div');
viewport.className = 'viewport';
viewport.style.height = `${(shown + 2) * height}px`;
viewport.setAttribute('role', 'grid');
viewport.setAttribute('aria-label', 'Sent Message Log');
const head = part('head', 'rowgroup');
const spacer = part('spacer', 'rowgroup');
const body = part('body', 'presentation');
const count = part('count', 'status');
spacer.append(body);
viewport.append(head, spacer);
document.getElementById('app').append(count, viewport);

/** The pool: as many rows as can be seen, and some above and below. Each cell is laid out for itself. */
const pool = Array.from({ length: shown + 2 * overscan }, () => {
  const element = part('line', 'row');
  element.style.height = `${height}px`;
  const texts = COLUMNS.map(({ width }) => {
    const cell = part('cell', 'gridcell');
    cell.style.cssText = `width: ${width}px; height: ${height}px`;
    element.append(cell);
    return cell.appendChild(document.createTextNode(''));
  });
  body.append(element);
  return { element, texts, status: element.firstElementChild, row: null, at: -1 };
});

headers();
viewport.addEventListener('scroll', render, { passive: true });
update();

function part(name, role) {
  const element = document.createElement('div');
  element.className = name;
  element.setAttribute('role', role);
  return element;
}

function headers() {
  const labels = part('line', 'row');
  const inputs = part('line', 'row');
  head.append(labels, inputs);
  for (const { key, label, width } of COLUMNS) {
    const header = part('label', 'columnheader');
    const filter = part('label', 'gridcell');
    header.style.width = filter.style.width = `${width}px`;
    const button = document.createElement('button');
    button.textContent = label;
    button.addEventListener('click', () => {
      sort = { by: key, direction: NEXT[sort.by === key ? sort.direction : 'none'] };
      for (const cell of labels.children) cell.removeAttribute('aria-sort');
      if (sort.direction !== 'none') header.setAttribute('aria-sort', sort.direction);
      update();
    });
    header.append(button);
    labels.append(header);
    filter.append(CHOICES.includes(key) ? choice(key, label) : field(key, label));
    inputs.append(filter);
  }
}

function field(key, label) {
  const input = document.createElement('input');
  input.setAttribute('aria-label', `Filter ${label}`);
  input.addEventListener('input', () => {
    filters[key] = key in DATES ? dateNeedle(input.value) : input.value.trim().toLowerCase();
    update();
  });
  return input;
}

/** A dropdown of the values in the rows, with their counts; several may be chosen. */
function choice(key, label) {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'All';
  summary.setAttribute('aria-label', `Filter ${label}`);
  const panel = part('panel', 'dialog');
  panel.setAttribute('aria-label', label);
  details.append(summary, panel);
  details.addEventListener('toggle', () => {
    if (!details.open || panel.childElementCount > 0) return;
    const counts = new Map();
    for (const row of all) counts.set(row[key], (counts.get(row[key]) ?? 0) + 1);
    for (const [value, n] of [...counts].sort((a, b) => compare(a[0], b[0]))) {
      const option = document.createElement('label');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.addEventListener('change', () => {
        const values = new Set(chosen[key]);
        if (box.checked) values.add(value);
        else values.delete(value);
        chosen[key] = values.size > 0 ? values : null;
        update();
      });
      option.append(box, `${value} ${n}`);
      panel.append(option);
    }
  });
  return details;
}

function update() {
  const { subject, scheduleId, created, scheduled } = filters;
  const { status, type, organization, sender } = chosen;
  view = [];
  for (let i = 0; i < all.length; i++) {
    const row = all[i];
    if (status !== null && !status.has(row.status)) continue;
    if (type !== null && !type.has(row.type)) continue;
    if (organization !== null && !organization.has(row.organization)) continue;
    if (sender !== null && !sender.has(row.sender)) continue;
    if (subject !== '' && !row.subjectLower.includes(subject)) continue;
    if (scheduleId !== '' && !row.scheduleId.includes(scheduleId)) continue;
    if (created !== '' && !row.createdSearch.includes(created)) continue;
    if (scheduled !== '' && !row.scheduledSearch.includes(scheduled)) continue;
    view.push(row);
  }
  if (sort.direction !== 'none') {
    const { by } = sort;
    const sign = sort.direction === 'descending' ? -1 : 1;
    view.sort((a, b) => sign * compare(a.keys[by], b.keys[by]));
  }
  spacer.style.height = `${view.length * height}px`;
  viewport.setAttribute('aria-rowcount', String(view.length + 2));
  count.textContent = `Showing ${view.length} of ${all.length}`;
  render();
}

function render() {
  const top = Math.min(Math.floor(viewport.scrollTop / height), Math.max(0, view.length - shown));
  const first = Math.max(0, top - overscan);
  const end = Math.min(view.length, top + shown + overscan);
  body.style.transform = `translateY(${first * height}px)`;
  for (let i = 0; i < pool.length; i++) {
    const slot = pool[i];
    const visible = first + i < end;
    if (slot.element.hidden === visible) slot.element.hidden = !visible;
    if (!visible) continue;
    const row = view[first + i];
    if (slot.at !== first + i) {
      slot.at = first + i;
      slot.element.setAttribute('aria-rowindex', String(first + i + 3));
    }
    if (slot.row === row) continue;
    if (slot.row?.status !== row.status) slot.status.className = `cell ${row.status}`;
    slot.row = row;
    for (let c = 0; c < COLUMNS.length; c++) {
      const text = row[COLUMNS[c].key];
      if (slot.texts[c].data !== text) slot.texts[c].data = text;
    }
  }
}
