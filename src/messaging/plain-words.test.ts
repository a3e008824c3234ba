import { describe, expect, it } from 'vitest';
import { firstName, plainWord } from './plain-words.js';

describe('plainWord', () => {
  it('leaves real names alone', () => {
    for (const name of [
      'Sam',
      'Anne-Marie',
      "O'Neil",
      'J.R.',
      'Zoë',
      'Łukasz',
      '李雷',
      'St. Ives',
    ]) {
      expect(plainWord(name)).toBe(name);
    }
  });

  it('makes one line of several and drops what cannot be seen', () => {
    expect(plainWord('Sam\r\nBcc: all')).toBe('Sam Bcc: all');
    expect(plainWord('Sam\u202Egnp\u0000')).toBe('Sam gnp');
    expect(plainWord('  Sam   Jo ')).toBe('Sam Jo');
  });

  it('refuses what a mail program would turn into a link', () => {
    for (const text of ['Win at http://x.example', 'www.example', 'see example.org', 'a@b']) {
      expect(plainWord(text)).toBeUndefined();
    }
  });

  it('refuses it also in other letters and with other dots', () => {
    const dressed = [
      'evil．org',
      'ｅｖｉｌ．ｏｒｇ',
      'evil\u2024org',
      'evil。org',
      'evil｡org',
      'a＠b',
    ];
    const interrupted = ['evil.\u00adorg', 'evil\u034f.org', 'evil.\ufe0forg', 'ww\u00adw.example'];
    for (const text of [...dressed, ...interrupted]) expect(plainWord(text), text).toBeUndefined();
  });

  it('takes out what is not seen within a word', () => {
    expect(plainWord('Anne\u00ADMarie')).toBe('AnneMarie');
  });

  it('says nothing for nothing', () => {
    for (const text of [undefined, null, '', '  ', '\u200b']) {
      expect(plainWord(text)).toBeUndefined();
    }
  });

  it('cuts at whole characters', () => {
    expect(plainWord('😀'.repeat(80), 5)).toBe('😀😀😀😀…');
  });
});

describe('firstName', () => {
  it('keeps a double first name where the surname has its own field', () => {
    expect(firstName('Mary Ann', 'Jones')).toBe('Mary Ann');
  });

  it('takes the first word where everything was written into one field', () => {
    expect(firstName('Mary Jones', undefined)).toBe('Mary');
    expect(firstName('Mary Jones', ' ')).toBe('Mary');
  });
});
