import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { expect, it } from 'vitest';
import { findProjectRoot, projectRoot } from './project-root.js';

it('is the folder that holds the package.json and the data of this project', () => {
  expect(import.meta.dirname).toBe(join(projectRoot, 'src', 'platform'));
});

it('is the same folder from the depth of the built output', () => {
  const root = mkdtempSync(join(tmpdir(), 'project-root-'));
  try {
    const built = join(root, 'dist', 'src', 'platform');
    mkdirSync(built, { recursive: true });
    writeFileSync(join(root, 'package.json'), '{}');
    expect(findProjectRoot(built)).toBe(root);
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('says where it looked when there is no package.json above', () => {
  const top = parse(process.cwd()).root;
  expect(() => findProjectRoot(top)).toThrow(`No package.json at or above ${top}`);
});
