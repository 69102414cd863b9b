// What every table here is given: the same rows, with every displayed and searched text made once.

/** The columns, in the order of the page. */
export const COLUMNS = [
  { key: 'status', label: 'Status', width: 110 },
  { key: 'type', label: 'Message Type', width: 160 },
  { key: 'organization', label: 'District/School', width: 180 },
  { key: 'subject', label: 'Message Subject', width: 320 },
  { key: 'sender', label: 'Sender', width: 180 },
  { key: 'created', label: 'Date Created', width: 160 },
  { key: 'scheduled', label: 'Date Scheduled', width: 160 },
  { key: 'scheduleId', label: 'ScheduleID', width: 110 },
];

const STATUS = {
  waiting: 'Waiting',
  in_progress: 'In-Progress',
  sent: 'Sent',
  error: 'Error',
  canceled: 'Canceled',
};

/** The rows of the API's answer, ready to show, filter and sort. */
export function prepare(answer) {
  return answer.messages.map((message, index) => {
    const created = date(message.created_at);
    const scheduled = date(message.scheduled_at);
    const scheduleId = message.schedule_id === null ? '' : String(message.schedule_id);
    return {
      index,
      id: message.id,
      status: STATUS[message.status],
      type: message.message_type,
      organization: message.organization,
      subject: message.subject,
      sender: message.sender,
      created: created.shown,
      scheduled: scheduled.shown,
      scheduleId,
      subjectLower: message.subject.toLowerCase(),
      createdSearch: created.search,
      scheduledSearch: scheduled.search,
      keys: {
        status: message.status,
        type: message.message_type.toLowerCase(),
        organization: message.organization.toLowerCase(),
        subject: message.subject.toLowerCase(),
        sender: message.sender.toLowerCase(),
        created: Date.parse(message.created_at),
        scheduled: Date.parse(message.scheduled_at),
        scheduleId: message.schedule_id ?? Infinity,
      },
    };
  });
}

/** `MM/DD/YYYY h:MM AM`, and every way it may be typed, a line each. */
function date(rfc3339) {
  const [, year, month, day, hours, minute] = /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(rfc3339);
  const hour = String(Number(hours) % 12 || 12);
  const half = Number(hours) < 12 ? 'AM' : 'PM';
  const ways = new Set();
  for (const d of [day, String(Number(day))]) {
    for (const h of [hour, hour.padStart(2, '0')]) {
      ways.add(`${month}/${d}/${year} ${h}:${minute} ${half.toLowerCase()}`);
    }
  }
  return { shown: `${month}/${day}/${year} ${hour}:${minute} ${half}`, search: [...ways].join('\n') };
}

/** What was typed to find dates by: case and runs of blanks are ignored, `8:30am` is `8:30 am`. */
export function dateNeedle(typed) {
  return typed.trim().toLowerCase().replace(/\s+/g, ' ').replace(/(\d)([ap])/g, '$1 $2');
}

/** Ascending order of two sort keys. */
export const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** What is looked for in which text of a row. */
const SEARCHED = {
  subject: (row, typed) => row.subjectLower.includes(typed.trim().toLowerCase()),
  created: (row, typed) => row.createdSearch.includes(dateNeedle(typed)),
  scheduled: (row, typed) => row.scheduledSearch.includes(dateNeedle(typed)),
  scheduleId: (row, typed) => row.scheduleId.includes(typed.trim()),
};

/** The rows a table should show, by what was typed into which columns and what was chosen: a plain statement of the rules. */
export function expected(rows, { typed = {}, chosen = {}, sort } = {}) {
  const kept = rows.filter(
    (row) =>
      Object.entries(typed).every(([column, text]) => SEARCHED[column](row, text)) &&
      Object.entries(chosen).every(([column, value]) => row[column] === value),
  );
  if (sort) {
    const sign = sort.descending ? -1 : 1;
    kept.sort((a, b) => sign * compare(a.keys[sort.by], b.keys[sort.by]) || a.index - b.index);
  }
  return kept;
}

/** Reads `rows` and `height` from the address: how many rows stand on screen, and how high each is. */
export function geometry() {
  const query = new URLSearchParams(location.search);
  return {
    rows: Number(query.get('rows')),
    overscan: Number(query.get('overscan')),
    height: Number(query.get('height')),
  };
}

/** Fetches and prepares the rows. */
export async function load() {
  const answer = await fetch('rows.json');
  return prepare(await answer.json());
}
