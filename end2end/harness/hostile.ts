// Messages of somebody who means harm: a script in every text field of the import format, and which those fields are.

/** A script of its own number, so that one that runs says which it was. */
export const script = (n: number) => `<img src=x onerror=alert(${n})><script>alert(${n})</script>`;

export const BODY = `<p>Dear parents, <b>welcome</b>.</p>
<script>window.top.hostile = 1; alert(1)</script>
<img src="http://127.0.0.1:9/pixel.png" onerror="alert(2)">
<img src="/api/session" alt="tracker">
<iframe src="http://127.0.0.1:9/frame"></iframe>
<link rel="stylesheet" href="http://127.0.0.1:9/style.css">
<style>body { background: url(http://127.0.0.1:9/background.png) }</style>
<svg onload="alert(3)"><script>alert(4)</script></svg>
<form action="http://127.0.0.1:9/steal"><input name="password"><button>Go</button></form>
<a href="javascript:alert(5)" target="_top">A link</a>
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/gone">
<base href="http://127.0.0.1:9/">`;

const at = '2020-03-01T08:01:00-06:00';

/** One that was sent, and failed for words of its provider's. */
export const hostile = {
  external_id: script(60),
  message_type: '<img src=x onerror=alert(6)>',
  category: script(61),
  organization: '"><script>alert(7)</script>',
  subject: '<b onmouseover=alert(8)>Hostile</b> \u202Etxet',
  sender: "<a href='javascript:alert(9)'>Sender</a>",
  created_at: '2020-03-01T08:00:00-06:00',
  inbox_email_start_at: null,
  voice_text_start_at: null,
  schedule_id: null,
  status: 'sent',
  criteria: [{ label: '<script>alert(10)</script>', value: '<img src=x onerror=alert(11)>' }],
  reply_to: script(62),
  body: { inbox: BODY, email: BODY, voice: script(63), text: `Only <i>text</i> & nothing more ${script(64)}` },
  recipients: [
    {
      person: script(65),
      name: '<script>alert(12)</script>',
      student: '<svg onload=alert(13)>',
      deliveries: [
        { device: 'email', address: 'a@nomail.com', status: 'sent', at },
        { device: 'email', address: script(66), status: 'failed', reason: script(67), at },
      ],
    },
  ],
};

/** One that was stopped. */
export const stopped = {
  ...hostile,
  external_id: script(70),
  subject: 'Stopped <b onmouseover=alert(71)>Hostile</b>',
  status: 'canceled',
  cancellation: { by: script(72), at, reason: script(73) },
  recipients: [],
};

/** The objects of the import format: where each stands, the fields of it that are text, and those that are not. */
export const FORMAT = [
  {
    within: '',
    strange: { '?': 0 },
    text: ['external_id', 'message_type', 'category', 'organization', 'subject', 'sender', 'reply_to'],
    other: [
      ...['created_at', 'inbox_email_start_at', 'voice_text_start_at', 'schedule_id', 'criteria', 'body'],
      ...['recipients', 'status', 'started_at', 'ended_at', 'cancellation'],
    ],
  },
  { within: 'criteria', strange: { criteria: [{ '?': 0 }] }, text: ['label', 'value'], other: [] },
  { within: 'body', strange: { body: { '?': 0 } }, text: ['inbox', 'email', 'voice', 'text'], other: [] },
  { within: 'cancellation', strange: { cancellation: { '?': 0 } }, text: ['by', 'reason'], other: ['at'] },
  {
    within: 'recipients',
    strange: { recipients: [{ '?': 0 }] },
    text: ['person', 'name', 'student'],
    other: ['deliveries'],
  },
  {
    within: 'recipients.deliveries',
    strange: { recipients: [{ deliveries: [{ '?': 0 }] }] },
    text: ['address', 'reason'],
    other: ['device', 'status', 'call_status', 'confirmed_at', 'at'],
  },
];

/** What stands in a field of a message, wherever it is repeated. */
export function found(value: unknown, path: string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => found(item, path));
  if (typeof value === 'string') return path.length === 0 ? [value] : [];
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== 'object' || value === null) return [];
  return found((value as Record<string, unknown>)[first], rest);
}
