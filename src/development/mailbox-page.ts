import type { DevelopmentMessage } from './message-store.js';

/** What the page shows. */
export interface MailboxPage {
  /** Newest first. */
  messages: readonly DevelopmentMessage[];
  /** The recipient that was asked for, as it was typed; empty for all. */
  to: string;
}

/** More would be slow to read for people and browsers; the filter finds the others. */
const MOST_SHOWN = 100;

const STYLE = `
body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1875rem;margin:0 0 .5rem;overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:1rem 0}
label{display:block}input,button{font:inherit;padding:.375rem .625rem}input{min-width:16rem;max-width:100%}
a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible,iframe:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}
article{border:1px solid #767676;border-radius:.375rem;padding:1rem;margin:1rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;margin:0 0 .75rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.75rem;margin:0 0 .75rem}
iframe{width:100%;height:28rem;border:1px solid #767676;background:#fff;margin-top:.5rem}
`;

/**
 * The content security policy that the page needs; the HTML of the messages inherits it, so that
 * they can show their own styles and load nothing from anywhere.
 */
export const MAILBOX_PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Renders the mailbox for a person: no script, no outside file, usable by keyboard alone. */
export function renderMailboxPage({ messages, to }: MailboxPage): string {
  const shown = messages.slice(0, MOST_SHOWN);
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Messages that left</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Messages that left</h1>
<p>Every email and SMS of this development copy. None of them went to anybody.</p>
<form method="get" action="/dev/mailbox">
<div><label for="to">Recipient, the whole address or number</label>
<input id="to" name="to" value="${escapeHtml(to)}" autocomplete="off" spellcheck="false"></div>
<button type="submit">Filter</button>
${to === '' ? '' : '<a href="/dev/mailbox">Show all</a>'}
</form>
<p role="status">${escapeHtml(describeCount(shown.length, messages.length, to))}</p>
${shown.map(renderMessage).join('\n')}
</main>
</body>
</html>
`;
}

function describeCount(shown: number, total: number, to: string): string {
  const whose = to === '' ? '' : ` to ${to}`;
  if (total === 0) return `No messages${whose} yet.`;
  if (shown < total) return `The newest ${shown} of ${total} messages${whose}.`;
  return total === 1 ? `1 message${whose}.` : `${total} messages${whose}.`;
}

function renderMessage(message: DevelopmentMessage, index: number): string {
  const title = message.channel === 'sms' ? 'SMS' : message.subject || '(no subject)';
  const heading = `message-${index + 1}`;
  return `<article aria-labelledby="${heading}">
<h2 id="${heading}">${escapeHtml(title)}</h2>
<dl>
<dt>To</dt><dd><a href="/dev/mailbox?to=${escapeHtml(encodeURIComponent(message.to))}">${escapeHtml(message.to)}</a></dd>
<dt>From</dt><dd>${escapeHtml(message.from)}</dd>
<dt>Time</dt><dd><time datetime="${escapeHtml(message.at)}">${escapeHtml(describeTime(message.at))}</time></dd>
</dl>
${message.text === '' ? '' : `<pre>${linkify(message.text)}</pre>`}
${message.html === null ? '' : renderHtmlBody(message.html, title)}
</article>`;
}

/** `2026-03-01T10:00:00.000Z` as `2026-03-01 10:00:00 UTC`. */
function describeTime(at: string): string {
  return at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

/**
 * The frame is sandboxed: no scripts, no forms, an origin of its own. Its links open in the whole
 * window, and only when a person follows them.
 */
function renderHtmlBody(html: string, title: string): string {
  return `<details>
<summary>As HTML</summary>
<iframe title="${escapeHtml(`HTML of “${title}”`)}" loading="lazy" referrerpolicy="no-referrer"
 sandbox="allow-top-navigation-by-user-activation" srcdoc="${escapeHtml(`<base target="_top">${html}`)}"></iframe>
</details>`;
}

const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"']+/g;
/** Belongs to the sentence around the address, not to the address. */
const TRAILING = /[.,;:!?)\]]+$/;

/** Escapes a text and makes its web addresses links; everything else stays as it is. */
function linkify(text: string): string {
  let html = '';
  let position = 0;
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const url = match[0].replace(TRAILING, '');
    html += escapeHtml(text.slice(position, match.index));
    html += `<a href="${escapeHtml(url)}" rel="noreferrer">${escapeHtml(url)}</a>`;
    position = match.index + url.length;
  }
  return html + escapeHtml(text.slice(position));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
