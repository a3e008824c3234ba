import { Injectable } from '@nestjs/common';
import { TemplateFolder } from '../platform/templates/template-folder.js';
import { plainWord } from './plain-words.js';
import { MESSAGE_KINDS, type MessageKind } from './message.js';

/** An email or a text message in full. */
export interface RenderedMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const PARTS = ['subject', 'txt', 'html', 'sms'] as const;
const LONGEST_SUBJECT = 150;
/** Three SMS of the GSM alphabet; the templates stay far below. */
const LONGEST_SMS = 459;

/** The texts of all messages: `templates/messages/<kind>.{subject,txt,html,sms}.liquid`. */
@Injectable()
export class MessageTemplates {
  private readonly templates = new TemplateFolder('messages', undefined, {
    plain_word: (value) => plainWord(value),
  });

  /** @throws Error naming the templates that are missing. */
  constructor() {
    const present = new Set(this.templates.names);
    const missing = MESSAGE_KINDS.flatMap((kind) => PARTS.map((part) => `${kind}.${part}`)).filter(
      (name) => !present.has(name),
    );
    if (missing.length > 0) throw new Error(`Templates are missing: ${missing.join(', ')}.`);
  }

  /** An email: one line of subject, a plain text and an HTML part that say the same. */
  email(kind: MessageKind, data: object): RenderedMessage {
    return {
      subject: oneLine(this.templates.render(`${kind}.subject`, data)).slice(0, LONGEST_SUBJECT),
      text: tidy(this.templates.render(`${kind}.txt`, data)),
      html: this.templates.render(`${kind}.html`, data),
    };
  }

  /** The text of an SMS, in one line. */
  sms(kind: MessageKind, data: object): string {
    return oneLine(this.templates.render(`${kind}.sms`, data)).slice(0, LONGEST_SMS);
  }
}

/** Line breaks in a subject would begin new headers; in an SMS they only cost. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

/** Templates leave empty lines where a condition was false. */
function tidy(text: string): string {
  // By lines: an expression for blanks before a line's end reads a long run of blanks again and again.
  const lines = text.split('\n').map((line) => line.trimEnd());
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
