import { describe, expect, it } from 'vitest';
import { readDocument, sectionOf, tableRowsOf } from './markdown.js';

const DECISION = 'docs/decisions/0005-dependencies.md';

interface Package {
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const packageFile = (path: string) => JSON.parse(readDocument(path)) as Package;

describe(DECISION, () => {
  const project = packageFile('package.json');
  const text = readDocument(DECISION);

  it.each([
    ['## Runtime', project.dependencies],
    ['## Development', project.devDependencies],
  ])(
    'has one row for each dependency below “%s”, with the licence it has',
    (heading, listed = {}) => {
      const rows = tableRowsOf(sectionOf(text, heading)).map(([name = '', , licence = '']) => [
        name.replaceAll('`', ''),
        licence,
      ]);
      expect(Object.fromEntries(rows)).toEqual(
        Object.fromEntries(
          Object.keys(listed).map((name) => [
            name,
            packageFile(`node_modules/${name}/package.json`).license,
          ]),
        ),
      );
      expect(rows).toHaveLength(Object.keys(listed).length);
    },
  );
});
