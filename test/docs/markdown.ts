import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/project-root.js';

/** A file of the project as text. */
export function readDocument(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** The fenced blocks of one language, in their order. */
export function blocksOf(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n([^]*?)^```/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');
}

/** The part of a document below one heading, up to the next of the same rank. @throws Error without it. */
export function sectionOf(markdown: string, heading: string): string {
  const rank = /^#+/.exec(heading)?.[0] ?? '#';
  const [, below] = markdown.split(`\n${heading}\n`);
  if (below === undefined) throw new Error(`There is no heading “${heading}”.`);
  return below.split(new RegExp(`^#{1,${rank.length}} `, 'm'))[0] ?? '';
}

/** The rows of all tables of a text, cell by cell, without heads and rules. */
export function tableRowsOf(markdown: string): string[][] {
  const lines = markdown.split('\n');
  return lines
    .filter((line, index) => line.startsWith('|') && !isHead(lines, index) && !isRule(line))
    .map((line) =>
      line
        .replace(/^\|/, '')
        .replace(/\|\s*$/, '')
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

function isRule(line: string): boolean {
  return /^\|[\s|:-]+$/.test(line);
}

function isHead(lines: readonly string[], index: number): boolean {
  const next = lines[index + 1];
  return next !== undefined && next.startsWith('|') && isRule(next);
}
