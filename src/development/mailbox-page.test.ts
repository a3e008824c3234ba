import { describe, expect, it } from 'vitest';

import { renderMailboxPage } from './mailbox-page.js';
import type { DevelopmentMessage } from './message-store.js';

const message = (overrides: Partial<DevelopmentMessage> = {}): DevelopmentMessage => ({
  channel: 'email',
  to: 'reader@example.org',
  from: 'office@example.org',
  subject: 'Welcome',
  text: 'Hello',
  html: null,
  messageId: null,
  headers: {},
  at: '2026-03-01T10:00:00.000Z',
  ...overrides,
});

describe('renderMailboxPage', () => {
  it('lets nothing of a message become markup of the page', () => {
    const evil = `"'><script>alert(1)</script>`;
    const page = renderMailboxPage({
      messages: [
        message({ subject: evil, text: evil, from: evil, to: evil, html: evil, at: evil }),
      ],
      to: evil,
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain(`"'>`);
  });

  it('shows HTML in a frame that may run nothing', () => {
    const page = renderMailboxPage({ messages: [message({ html: '<p>Hi</p>' })], to: '' });
    expect(page).toMatch(/<iframe[^>]*sandbox="allow-top-navigation-by-user-activation"/);
    expect(page).toContain('srcdoc="&lt;base target=&quot;_top&quot;&gt;&lt;p&gt;Hi&lt;/p&gt;"');
  });

  it('makes web addresses links, without the full stop after them', () => {
    const page = renderMailboxPage({
      messages: [message({ text: 'Open https://example.org/duties/a?b=1&c=2. Thanks.' })],
      to: '',
    });
    expect(page).toContain(
      'Open <a href="https://example.org/duties/a?b=1&amp;c=2" rel="noreferrer">' +
        'https://example.org/duties/a?b=1&amp;c=2</a>. Thanks.',
    );
  });

  it('makes no link of anything but web addresses', () => {
    const page = renderMailboxPage({
      messages: [message({ text: 'javascript:alert(1)' })],
      to: '',
    });
    expect(page).not.toContain('href="javascript:');
  });

  it('says how many messages it leaves out', () => {
    const messages = Array.from({ length: 101 }, () => message());
    const page = renderMailboxPage({ messages, to: 'reader@example.org' });
    expect(page).toContain('The newest 100 of 101 messages to reader@example.org.');
    expect(page.match(/<article/g)).toHaveLength(100);
  });
});
