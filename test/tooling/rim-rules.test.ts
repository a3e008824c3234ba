import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clean, offences, supporting } from './rim-rules.fixtures.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Diagnostic {
  code: string;
  filename: string;
}

/** Lints a directory laid out like the repository and groups the rules that fired by file. */
async function lint(
  directory: string,
): Promise<{ exitCode: number; found: Map<string, string[]> }> {
  const { exitCode, stdout } = await new Promise<{ exitCode: number; stdout: string }>((done) => {
    const child = execFile(
      process.execPath,
      [join(root, 'node_modules/oxlint/bin/oxlint'), '-c', 'oxlint.config.mjs', '-f', 'json'],
      {
        cwd: directory,
        maxBuffer: 64 * 1024 * 1024,
        timeout: 50_000,
        env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
      },
      (_error, output) => done({ exitCode: child.exitCode ?? -1, stdout: output }),
    );
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  const found = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), code]);
  }
  return { exitCode, found };
}

async function layOut(directory: string, files: Record<string, string>): Promise<void> {
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), code);
  }
  for (const file of ['oxlint.config.mjs', 'oxlint.rim-rules.mjs']) {
    await cp(join(root, file), join(directory, file));
  }
  // Without the packages of the repository, hence without their types: the rules look at names.
  const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, types: [] };
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

describe('the linter', () => {
  let bad: string;
  let good: string;
  let found: Map<string, string[]>;
  let exitCode: number;

  beforeAll(async () => {
    bad = await mkdtemp(join(tmpdir(), 'branchline-lint-bad-'));
    good = await mkdtemp(join(tmpdir(), 'branchline-lint-good-'));
    await layOut(bad, {
      ...supporting,
      ...Object.fromEntries(offences.map(({ file, code }) => [file, code])),
    });
    await layOut(good, clean);
    ({ exitCode, found } = await lint(bad));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([bad, good].map((path) => rm(path, { recursive: true, force: true })));
  });

  it.each(offences)('refuses $what ($file)', ({ file, rule }) => {
    expect(found.get(file) ?? []).toContain(rule);
  });

  it('fails the command when anything is refused', () => {
    expect(exitCode).toBe(1);
  });

  it('passes what keeps the rules, however close it comes', async () => {
    const result = await lint(good);
    expect(Object.fromEntries(result.found)).toEqual({});
    expect(result.exitCode).toBe(0);
  }, 60_000);

  it('gives each offence a file of its own, so that none hides another', () => {
    expect(new Set(offences.map(({ file }) => file)).size).toBe(offences.length);
  });

  it('has a direction for every folder of src', async () => {
    const { MAY_IMPORT } = (await import(
      pathToFileURL(join(root, 'oxlint.rim-rules.mjs')).href
    )) as { MAY_IMPORT: Record<string, string[]> };
    const entries = await readdir(join(root, 'src'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(Object.keys(MAY_IMPORT)).toEqual(expect.arrayContaining(folders));
  });
});
