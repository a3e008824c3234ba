import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../src/platform/project-root.js';

interface Instruction {
  keyword: string;
  rest: string;
}

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

const instructions: Instruction[] = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({
    keyword: line.slice(0, line.indexOf(' ')),
    rest: line.slice(line.indexOf(' ') + 1).trim(),
  }));
const all = (keyword: string) => instructions.filter((one) => one.keyword === keyword);
const lastStage = instructions.slice(
  instructions.findLastIndex(({ keyword }) => keyword === 'FROM'),
);
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

/** The sources of a COPY that come from the repository, not from an earlier stage. */
const copied = all('COPY')
  .filter(({ rest }) => !rest.startsWith('--from='))
  .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));

describe('the Dockerfile', () => {
  it('runs only scripts that package.json has', () => {
    const run = all('RUN').flatMap(({ rest }) =>
      [...rest.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(run).toContain('build');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(run));
  });

  it.each(copied)('copies %s, which exists and which .dockerignore lets in', (source) => {
    expect(existsSync(join(projectRoot, source))).toBe(true);
    expect(read('.dockerignore').split('\n')).toContain(`!${source}`);
  });

  it('copies from stages that it has', () => {
    const stages = all('FROM').map(({ rest }) => / AS (\S+)$/.exec(rest)?.[1]);
    const used = all('COPY').flatMap(({ rest }) => /^--from=(\S+)/.exec(rest)?.[1] ?? []);
    expect(used.length).toBeGreaterThan(0);
    expect(stages).toEqual(expect.arrayContaining(used));
  });

  it('builds on the Node of the project, never on a moving tag', () => {
    const bases = all('FROM').map(({ rest }) => rest.split(' ')[0]);
    const stages = new Set(all('FROM').map(({ rest }) => / AS (\S+)$/.exec(rest)?.[1]));
    const outside = bases.filter((base) => !stages.has(base));
    expect(new Set(outside)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('ends as an ordinary user, watched, and stopped by SIGTERM', () => {
    const last = (keyword: string) => lastStage.findLast((one) => one.keyword === keyword)?.rest;
    expect(last('USER')).toBe('node');
    expect(last('HEALTHCHECK')).toContain('/health/live');
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
  });

  it('has its commands, and those of docker-compose.yml, among the sources', () => {
    const compose = parse(read('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { build?: string; command?: string[] }>;
    };
    const own = Object.values(compose.services).filter(({ build }) => build !== undefined);
    const commands = [
      ...lastStage
        .filter(({ keyword }) => keyword === 'CMD')
        .map(({ rest }) => JSON.parse(rest) as string[]),
      ...own.map(({ command = [] }) => command),
    ];
    const built = commands.flatMap((command) => command.filter((part) => part.startsWith('dist/')));
    expect(built).toHaveLength(4);
    // The processes run with the options of Node that `npm run start:…` gives them.
    const processes = commands
      .map((command) => command.join(' '))
      .filter((command) => !command.includes('dist/src/cli.js'));
    expect(new Set(processes)).toEqual(new Set([scripts['start:api'], scripts['start:worker']]));
    const sources = built.map((file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
    expect(sources.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
  });
});
