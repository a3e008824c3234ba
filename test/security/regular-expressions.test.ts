import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { pathologicalTexts } from './pathological-texts.js';
import { BETWEEN, TIME } from '../../src/units/meeting-text.js';

/**
 * Long enough that reading a text again from each of its characters takes a hundred times as long
 * as reading it once, and short enough to be waited for. The largest body has 64 kilobytes.
 */
const LONGEST = 32 * 1024;
/** Of computing, not of waiting. A net far below what it catches and far above all else, no measurement. */
const CEILING_MS = 150;
/** What doubles with each character shows while it is still harmless. */
const LENGTHS = [8, 12, 18, 22, 27, 40, 60, LONGEST];
const SHORT_CEILING_MS = 50;

/**
 * Patterns that read a text again and again, and why that is harmless: no stranger's text of any
 * length comes before them.
 */
const BOUNDED: Readonly<Record<string, string>> = {
  '/\\/+$/': 'PUBLIC_URL, which the operator sets',
  '/[.,;:!?)\\]]+$/': 'an address in a message of the development mailbox',
};

interface Pattern {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression that is written in a file: literals, and the texts given to `RegExp`. */
function patternsIn(path: string): Pattern[] {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const patterns: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      patterns.push({
        where: `${path}:${line}`,
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return patterns;
}

/** Calls of `RegExp` in a file, which build a pattern while the program runs. */
function built(path: string): string[] {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  return [...text.matchAll(/\bRegExp\(/g)].map(() => path);
}

/** The first text on which a pattern is slow; undefined where none is. */
function slowOn({ source, flags }: Pick<Pattern, 'source' | 'flags'>): string | undefined {
  const pattern = new RegExp(source, flags);
  const read = (text: string): number => {
    const begin = process.cpuUsage();
    // All matches of a global one, as replacing asks for them.
    if (pattern.global) text.replaceAll(pattern, '');
    else pattern.test(text);
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
  read('');
  for (const length of LENGTHS) {
    const ceiling = length === LONGEST ? CEILING_MS : SHORT_CEILING_MS;
    for (const text of pathologicalTexts(source, length)) {
      // What was slow by chance, as while memory is tidied up, is not slow again.
      if (read(text) > ceiling && read(text) > ceiling) {
        return `${JSON.stringify(text.slice(0, 12))}… of ${text.length} characters`;
      }
    }
  }
  return undefined;
}

const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => join('src', name));

describe('the texts that patterns are tried on', () => {
  it.each([
    ['nested repetition', '^(a+)+$'],
    ['a repetition of what may be empty', '^(a*)*b'],
    ['alternatives that overlap', String.raw`^(?:\w|\d)+$`],
    ['words with optional blanks', String.raw`^(?:\w+\s?)*$`],
    ['a list of labels', String.raw`^([a-z0-9]+[.-]?)+@`],
    [
      'the address of a mail, as often copied',
      String.raw`^([a-zA-Z0-9_.\-])+@(([a-zA-Z0-9-])+.)+x$`,
    ],
    ['blanks before an end', String.raw`\s+$`],
  ])('find %s', (_what, source) => {
    expect(slowOn({ source, flags: '' })).toEqual(expect.any(String));
  });
});

describe('every regular expression of src', () => {
  const patterns = files.flatMap(patternsIn);

  it('is found', () => {
    expect(patterns.length).toBeGreaterThan(100);
    expect(patterns.map(({ source }) => source)).toContain('^bls_[A-Za-z0-9_-]{43}$');
  });

  it('is written out, but for those that are made of our own routes and of parts of their own', () => {
    expect(files.flatMap(built).sort()).toEqual([
      'src/platform/http/route-table.ts',
      'src/units/meeting-text.ts',
      'src/units/meeting-text.ts',
    ]);
  });

  it('that is made of parts reads a text once, too', () => {
    for (const pattern of [TIME, BETWEEN]) expect(slowOn(pattern), pattern.source).toBeUndefined();
  }, 60_000);

  it('reads a text once, whatever stands in it', () => {
    const slow = patterns.flatMap((pattern) => {
      const written = `/${pattern.source}/${pattern.flags}`;
      if (Object.hasOwn(BOUNDED, written)) return [];
      const found = slowOn(pattern);
      return found === undefined ? [] : [`${pattern.where} ${written} on ${found}`];
    });
    expect(slow).toEqual([]);
  }, 120_000);

  it('that is bounded is still there', () => {
    const written = new Set(patterns.map(({ source, flags }) => `/${source}/${flags}`));
    for (const bounded of Object.keys(BOUNDED)) expect(written).toContain(bounded);
  });
});
