import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { readDocument, sectionOf, tableRowsOf } from '../docs/markdown.js';
import { CHAPTERS, REQUIREMENTS } from './asvs-requirements.js';

const text = readDocument('docs/security.md');
const standard = sectionOf(text, '## ASVS 5.0');

const STANDINGS = ['met', 'partly', 'open', 'does not apply'] as const;

interface Row {
  readonly numbers: readonly string[];
  readonly level: string;
  readonly standing: string;
  readonly where: string;
}

/** The rows of a chapter, each with the requirements that it speaks of. */
function rowsOf(chapter: string): Row[] {
  return tableRowsOf(sectionOf(standard, `### ${chapter}`)).map(
    ([requirements = '', level = '', , standing = '', where = '']) => ({
      numbers: numbersIn(requirements),
      level,
      standing,
      where,
    }),
  );
}

/** `1.2.6–1.2.8, 1.3.1` → `1.2.6`, `1.2.7`, `1.2.8`, `1.3.1`. */
function numbersIn(requirements: string): string[] {
  return requirements.split(', ').flatMap((part) => {
    const [first = '', last = first] = part.split('–');
    const section = first.split('.').slice(0, 2).join('.');
    expect(last.startsWith(`${section}.`), part).toBe(true);
    const [from, to] = [first, last].map((number) => Number(number.split('.')[2]));
    if (from === undefined || to === undefined || !(from <= to)) throw new Error(`“${part}”?`);
    return Array.from({ length: to - from + 1 }, (_, index) => `${section}.${from + index}`);
  });
}

const rows = CHAPTERS.flatMap(rowsOf);

describe('the table after ASVS 5.0', () => {
  it('has every chapter, in its order', () => {
    expect([...standard.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)).toEqual(CHAPTERS);
  });

  it('has every requirement of level 1 and 2 once, and no other', () => {
    // Seventy of level 1 and 183 of level 2, as the standard says of itself.
    const levels = [...REQUIREMENTS.values()];
    expect([1, 2].map((level) => levels.filter((one) => one === level).length)).toEqual([70, 183]);
    const told = rows.flatMap(({ numbers }) => numbers);
    expect(told.toSorted()).toEqual([...REQUIREMENTS.keys()].toSorted());
  });

  it('tells the level of each', () => {
    for (const { numbers, level } of rows) {
      for (const number of numbers)
        expect([number, level]).toEqual([number, `${REQUIREMENTS.get(number)}`]);
    }
  });

  it('says of each how it stands, and where or why', () => {
    for (const { numbers, standing, where } of rows) {
      expect(STANDINGS, numbers.join()).toContain(standing);
      expect(where, numbers.join()).toMatch(/\S{4}/);
    }
  });

  it('counts them as it says', () => {
    const counted = STANDINGS.map((standing) => [
      standing,
      String(
        rows
          .filter((row) => row.standing === standing)
          .reduce((sum, { numbers }) => sum + numbers.length, 0),
      ),
    ]);
    const [before = ''] = standard.split('\n### ');
    expect(tableRowsOf(before)).toEqual([...counted, ['together', String(REQUIREMENTS.size)]]);
  });
});

describe('docs/security.md', () => {
  it('names files that are there', () => {
    const paths = [...text.matchAll(/`((?:src|test|docs|oxlint)[\w./-]*\.(?:ts|mjs|md))`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  it('names tests that are there', () => {
    const named = [...text.matchAll(/`([\w./-]+\.test\.ts)` “([^”]+)”/g)];
    expect(named.length).toBeGreaterThan(40);
    const missing = named.filter(([, path = '', title = '']) => {
      const source = readDocument(path).replaceAll(String.raw`\'`, "'");
      return !source.includes(title);
    });
    expect(missing.map(([found]) => found)).toEqual([]);
  });

  it('shows a test for each attack', () => {
    const attacks = tableRowsOf(sectionOf(text, '## Each attack, and what holds against it'));
    expect(attacks.length).toBeGreaterThan(12);
    for (const [attack, , shownBy] of attacks)
      expect(shownBy, attack).toMatch(/`test\/.*\.test\.ts`/);
  });

  it('tells how to report a vulnerability', () => {
    expect(sectionOf(text, '## To report a vulnerability')).toContain('private security reporting');
  });
});
