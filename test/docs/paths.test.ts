import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { readDocument } from './markdown.js';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** What begins like a path of the repository, in backticks. */
const REPOSITORY_PATH =
  /`((?:src|docs|migrations|test|templates|data|bench|scripts|\.ci)\/[\w./-]*\w\/?|[\w.-]+\.(?:mjs|yml|json|md))`/g;
/** Made when something runs, and not kept. */
const MADE_LATER = [/^bench\/results\//];

describe.each(documents)('%s', (document) => {
  const text = readDocument(document).replaceAll(/^```[^]*?^```/gm, '');

  it('links to files and headings that are there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = links.filter(
      (link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(document, link),
    );
    expect(broken).toEqual([]);
  });

  it('names paths of the repository that are there', () => {
    const paths = [...text.matchAll(REPOSITORY_PATH)].map(([, path = '']) => path);
    const missing = paths.filter(
      (path) =>
        !existsSync(join(projectRoot, path)) && !MADE_LATER.some((pattern) => pattern.test(path)),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/decisions', () => {
  const decisions = documents.filter((document) => document.startsWith('docs/decisions/'));

  it('are numbered without a gap, and each says context, decision, why and consequences', () => {
    const numbers = decisions.map((path) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers.toSorted((one, other) => one - other)).toEqual(decisions.map((_, n) => n + 1));
    for (const decision of decisions) {
      const text = readDocument(decision);
      for (const heading of ['## Context', '## Decision', '## Why', '## Consequences']) {
        expect(text, decision).toContain(`\n${heading}\n`);
      }
      expect(text, decision).toMatch(/^# \d{4} .+\n\nDate: \d{4}-\d\d-\d\d\n/);
    }
  });

  it('are all in the list of docs/architecture.md', () => {
    const architecture = readDocument('docs/architecture.md');
    for (const decision of decisions) {
      expect(architecture).toContain(`(${decision.replace('docs/', '')})`);
    }
  });
});

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : normalize(join(dirname(document), path));
  if (!existsSync(join(projectRoot, target))) return false;
  return anchor === undefined || headingsOf(target).includes(anchor);
}

/** Headings as GitHub makes anchors of them. */
function headingsOf(document: string): string[] {
  return [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
