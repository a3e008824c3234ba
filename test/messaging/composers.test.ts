import { Module, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { ComposesMessage, type MessageComposer } from '../../src/messaging/message-composer.js';
import { MessageComposers } from '../../src/messaging/message-composers.js';
import { SECURITY_NOTICES } from '../../src/organisers/messages/security-notice.js';
import { MessageTemplates } from '../../src/messaging/message-templates.js';
import { TemplateFolder } from '../../src/platform/templates/template-folder.js';

class Silent implements MessageComposer {
  async compose(): Promise<undefined> {
    return undefined;
  }
}
@ComposesMessage('join_acknowledgement')
class Acknowledgement extends Silent {}
@ComposesMessage('follow_up_notice')
class Notice extends Silent {}
@ComposesMessage('follow_up_reminder')
class Reminder extends Silent {}
@ComposesMessage('follow_up_notice')
class SecondNotice extends Silent {}
@ComposesMessage('moved_away')
class MovedAway extends Silent {}
@ComposesMessage('moved_in')
class MovedIn extends Silent {}
@ComposesMessage('people_reallocated')
class Reallocated extends Silent {}
@ComposesMessage('organiser_invitation')
class Invitation extends Silent {}
@ComposesMessage('organiser_password_reset')
class PasswordReset extends Silent {}
@ComposesMessage('organiser_security_notice')
class SecurityNotice extends Silent {}
@ComposesMessage('grant_ending')
class GrantEnding extends Silent {}
@ComposesMessage('grant_ended')
class GrantEnded extends Silent {}
const OTHERS = [
  MovedAway,
  MovedIn,
  Reallocated,
  Invitation,
  PasswordReset,
  SecurityNotice,
  GrantEnding,
  GrantEnded,
];

async function boot(composers: Type[]): Promise<MessageComposers> {
  @Module({ imports: [DiscoveryModule], providers: [MessageComposers, ...composers] })
  class Composing {}
  const app = await NestFactory.createApplicationContext(Composing, {
    logger: false,
    abortOnError: false,
  });
  return app.get(MessageComposers);
}

describe('composers', () => {
  it('are found at boot, one for each kind', async () => {
    const composers = await boot([Acknowledgement, Notice, Reminder, ...OTHERS]);
    expect(composers.of('follow_up_notice')).toBeInstanceOf(Notice);
  });

  it('stop the boot where a kind has none or two', async () => {
    await expect(boot([Notice, SecondNotice, Reminder, ...OTHERS])).rejects.toThrow(
      'join_acknowledgement has no composer; follow_up_notice has 2 composers',
    );
  });
});

describe('templates', () => {
  const organisation = { name: 'The Campaign', phone: null, email: 'office@example.org' };
  const answer = {
    reference: 'J-7Q4K-2MXF',
    allocation: { method: 'coverage_rule', explanation: 'LS6 belongs to Leeds' },
    branch: { name: 'Leeds', meets: null },
    region: null,
    contact: { name: 'Leeds', phone: '0113 496 0000', email: null },
  };
  const acknowledgement = {
    organisation,
    publicUrl: 'https://join.example.org',
    givenName: 'Sam',
    answer,
    promise: 'Somebody from Leeds will get in touch by Friday.',
    confirmUrl: 'https://join.example.org/v1/confirm/abc',
  };

  it('name branch, contact and what happens next to the person who joined', () => {
    const { subject, text, html } = new MessageTemplates().email(
      'join_acknowledgement',
      acknowledgement,
    );
    expect(subject).toBe('Thank you for getting in touch with The Campaign (J-7Q4K-2MXF)');
    for (const part of [text, html]) {
      expect(part).toContain('Hello Sam,');
      expect(part).toContain('Somebody from Leeds will get in touch by Friday.');
      expect(part).toContain('LS6 belongs to Leeds.');
      expect(part).toContain('0113 496 0000');
      expect(part).toContain('https://join.example.org/v1/confirm/abc');
      expect(part).not.toContain('We are sending you');
    }
  });

  it.each(SECURITY_NOTICES)('have words for the notice %s', (notice) => {
    const data = {
      organisation,
      publicUrl: 'https://join.example.org',
      notice,
      day: 'Friday 27 November',
    };
    const templates = new MessageTemplates();
    const { subject, text, html } = templates.email('organiser_security_notice', data);
    expect(subject.length).toBeGreaterThan(20);
    expect(templates.sms('organiser_security_notice', data)).toBe(subject);
    const [words = ''] = text.split('\n');
    expect(words.length).toBeGreaterThan(60);
    expect(html).toContain(words);
    // No link: whoever imitates it has nothing to imitate.
    expect(text + html).not.toMatch(/https?:/);
  });

  it('do not carry a stranger’s advertisement to a stranger', () => {
    const rendered = new MessageTemplates().email('join_acknowledgement', {
      ...acknowledgement,
      givenName: 'Win £500 at www.evil.example',
    });
    expect(rendered.text).toContain('Hello there,');
    expect(rendered.text + rendered.html).not.toContain('evil');
  });

  it('fail where they ask for what they were not given', () => {
    expect(() => new MessageTemplates().email('join_acknowledgement', { organisation })).toThrow(
      /undefined variable/,
    );
  });

  it('say in words where people are found, and link to a console where there is one', () => {
    const moved = { firstName: 'Robin', place: null, unitName: 'Leeds', isByHand: false };
    const run = { gained: 2, lost: 1, duties: 0, unitName: 'Leeds' };
    const templates = new MessageTemplates();
    const common = { organisation, publicUrl: 'https://join.example.org' };
    for (const [kind, own] of [
      ['moved_in', moved],
      ['people_reallocated', run],
    ] as const) {
      const without = templates.email(kind, { ...common, ...own, consoleUrl: null });
      expect(without.text).toMatch(/in your list of people, after signing in\./);
      expect(without.text + without.html).not.toContain('https:');
      const consoleUrl = 'https://console.example.org/?from=mail&of=people';
      const linked = templates.email(kind, { ...common, ...own, consoleUrl });
      expect(linked.text).toContain(`after signing in:\n\n${consoleUrl}\n`);
      expect(linked.html).toContain('href="https://console.example.org/?from=mail&amp;of=people"');
    }
    expect(templates.sms('moved_in', { ...common, ...moved, consoleUrl: null })).toBe(
      'Leeds: Robin has moved and now belongs to you. You find them in your list of people, after signing in.',
    );
  });

  it('are looked up by their name, never by a path', () => {
    const folder = new TemplateFolder('pages', () => true);
    expect(folder.names).toContain('duty');
    expect(() => folder.render('../../package.json', {})).toThrow(/There is no template/);
  });

  /** An object that has `own` itself and the rest from a prototype. */
  const inheriting = (from: object, own: object): object => Object.assign(Object.create(from), own);

  it.each([
    ['of the data', ({ givenName, ...own }) => inheriting({ givenName }, own)],
    ['of a part of it', (all) => ({ ...all, answer: inheriting(all.answer, {}) })],
    ['of its class', ({ givenName, ...own }) => Object.assign(new Named(givenName), own)],
  ] satisfies [string, (all: typeof acknowledgement) => object][])(
    'reach nothing but the data’s own properties, and none that is inherited: %s',
    (_whose, made) => {
      const render = (data: object) => new MessageTemplates().email('join_acknowledgement', data);
      expect(() => render(made(acknowledgement))).toThrow(/undefined variable/);
      // The same as its own is found.
      expect(render(inheriting({}, acknowledgement)).text).toContain('Hello Sam,');
    },
  );
});

/** Whose name is no property of the object. */
class Named {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get givenName(): string {
    return this.#name;
  }
}
