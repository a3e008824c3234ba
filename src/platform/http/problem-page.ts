import { createHash } from 'node:crypto';
import type { ProblemDocument } from './problem.js';

const STYLE =
  'body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}' +
  'h1{font-size:1.5rem}small{color:#555}';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The content security policy of the page below: its own style, known by its hash, and no more. */
export const PROBLEM_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Kind words for the outcomes that a person meets; other codes show their own detail. */
const WORDS: Readonly<Record<number, readonly [string, string]>> = {
  404: [
    'We could not find this page',
    'The link may have been copied by halves, used already, or have run out.',
  ],
  429: ['Please wait a moment', 'That was a little too quick for us. Please try again shortly.'],
  500: [
    'Something went wrong on our side',
    'Nothing you did was wrong. Please try again in a few minutes.',
  ],
  503: [
    'We will be back in a moment',
    'We cannot do this just now. Please go back and try again shortly.',
  ],
};

/** Makes text safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A small page for a person in place of a problem document. Everything in it is escaped. */
export function renderProblemPage(problem: ProblemDocument): string {
  const [title, text] = WORDS[problem.status] ?? [problem.title, problem.detail ?? ''];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>`,
    `<body><main><h1>${escapeHtml(title)}</h1>`,
    text === '' ? '' : `<p>${escapeHtml(text)}</p>`,
    `<p><small>If you write to us about this, please quote ${escapeHtml(problem.requestId)}.</small></p>`,
    '</main></body></html>',
  ].join('\n');
}

/**
 * Whether an `Accept` header prefers HTML over JSON, as browsers' navigations do. No header, or
 * anything at all, is JSON: that is what programs send. RFC 9110, 12.5.1.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined || accept.length > 2000) return false;
  let html = 0;
  let json = 0;
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2)) || 0;
    if (type === 'text/html' || type === 'application/xhtml+xml') html = Math.max(html, quality);
    if (/^application\/(?:problem\+)?json$/.test(type)) json = Math.max(json, quality);
  }
  return html > json;
}
