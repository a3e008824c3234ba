import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { ExampleText } from './example-text.js';
import { type Example, readExamples, runExample } from './http-examples.js';

const GUIDE = 'docs/api-guide.md';

describe(GUIDE, () => {
  const examples = readExamples(readFileSync(join(projectRoot, GUIDE), 'utf8'));
  const text = new ExampleText();
  let application: TestApplication;
  beforeAll(async () => {
    application = await startApplication();
  });
  afterAll(() => application.close());

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  // One after another: later ones use what earlier ones made.
  for (const example of examples) {
    it(`keeps its promise of line ${example.line}: ${titleOf(example)}`, async () => {
      expect(await faultsOf(example)).toEqual([]);
    });
  }

  async function faultsOf(example: Example): Promise<string[]> {
    if (example.kind === 'exchange') return runExample(application.url, example, text);
    const mail = await application.smtp.waitFor(
      ({ to, subject }) =>
        to.includes(example.to) &&
        new ExampleText().compare(example.subject, subject) === undefined,
    );
    const faults = [
      text.compare(example.subject, mail.subject),
      text.compare(example.text, mail.text.trim()),
    ];
    return faults.filter((fault) => fault !== undefined);
  }
});

function titleOf(example: Example): string {
  return example.kind === 'mail'
    ? `mail “${example.subject}”`
    : `${example.method} ${example.target} → ${example.answer.status}`;
}
