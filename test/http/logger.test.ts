import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { Configuration, loadConfiguration } from '../../src/platform/config/configuration.js';
import { createLogger, plainLines } from '../../src/platform/logging/logger.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { NestLogger } from '../../src/platform/logging/nest-logger.js';

function listen(): {
  configuration: Configuration;
  lines: Record<string, unknown>[];
  raw: string[];
} {
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      DATABASE_URL: 'postgres://app:hidden-password@127.0.0.1:1/none',
      SMTP_URL: 'smtp://127.0.0.1:1',
      LINK_SECRET: 'a secret of tests that is long enough',
      LOG_LEVEL: 'trace',
    },
  );
  return { configuration, lines: [], raw: [] };
}

function start(requestId?: string) {
  const { configuration, lines, raw } = listen();
  const logger = createLogger(configuration, 'test', () => requestId, {
    write: (line: string) => {
      raw.push(line);
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  });
  return { configuration, logger, lines, raw };
}

function uniqueViolation(): Error {
  const driver = Object.assign(
    new Error('duplicate key value violates unique constraint "contact_point_value"'),
    {
      code: '23505',
      detail: 'Key (email)=(ada@example.org) already exists.',
      where: 'PL/pgSQL function with ada@example.org',
      table: 'contact_point',
      constraint: 'contact_point_value',
    },
  );
  return new QueryFailedError('INSERT INTO contact_point VALUES ($1)', ['ada@example.org'], driver);
}

describe('the log', () => {
  it('redacts personal data and secrets by name at any depth', () => {
    const { logger, lines, raw } = start();
    logger.info(
      {
        email: 'ada@example.org',
        person: { givenName: 'Ada', home_phone: '01632 960000', tags: [{ postcode: 'M14 5RX' }] },
        headers: { authorization: 'Bearer abc', 'set-cookie': ['a=b'] },
        sessionToken: 'abc',
        submission: { id: 'S1', state: 'new', consent: { email: true } },
        map: new Map([['password', 'abc']]),
        branch: 'manchester-south',
      },
      'stored',
    );
    expect(raw.join('')).not.toMatch(/ada@|Ada|01632|M14|abc/);
    expect(lines[0]).toMatchObject({
      level: 'info',
      msg: 'stored',
      email: '[redacted]',
      person: {
        givenName: '[redacted]',
        home_phone: '[redacted]',
        tags: [{ postcode: '[redacted]' }],
      },
      submission: { id: 'S1', state: 'new', consent: { email: true } },
      branch: 'manchester-south',
    });
  });

  it('redacts what a child logger is bound to', () => {
    const { logger, raw } = start();
    logger.child({ email: 'ada@example.org', job: 'acknowledge' }).info('sent');
    expect(raw.join('')).not.toContain('ada@');
    expect(raw.join('')).toContain('acknowledge');
  });

  it.each([
    ['as a field', (error: Error) => ({ err: error })],
    ['under another name', (error: Error) => ({ failure: { inner: error } })],
    ['by itself', (error: Error) => error],
    ['as a cause', (error: Error) => ({ err: new Error('join failed', { cause: error }) })],
  ])('keeps rows and parameters of a database error out: %s', (_how, wrap) => {
    const { logger, lines, raw } = start();
    logger.error(wrap(uniqueViolation()));
    expect(raw.join('')).not.toContain('ada@example.org');
    expect(raw.join('')).toContain('contact_point_value');
    expect(raw.join('')).toContain('23505');
    expect(raw.join('')).toContain('logger.test.ts');
    expect(lines).toHaveLength(1);
  });

  it('cuts the value that PostgreSQL quotes in a data exception', () => {
    const { logger, raw } = start();
    const error = Object.assign(new Error('invalid input syntax for type date: "17 May 1990"'), {
      code: '22007',
    });
    logger.warn(error);
    expect(raw.join('')).toContain('invalid input syntax for type date');
    expect(raw.join('')).not.toContain('1990');
  });

  it('masks addresses in the messages of errors and lines', () => {
    const { logger, raw } = start();
    logger.warn(new Error('550 no such user <ada@example.org>'));
    logger.info('bounced for ada@example.org');
    expect(raw.join('')).not.toContain('ada@');
    expect(raw.join('')).toContain('550 no such user <[email]>');
  });

  it('writes one line per event, whatever is in it', () => {
    const { logger, raw } = start();
    logger.info({ slug: 'a\n{"level":"fatal","msg":"forged"}' }, 'first\n{"level":"fatal"}');
    expect(raw).toHaveLength(1);
    expect(raw[0]?.trimEnd()).not.toContain('\n');
  });

  it('bears circles, deep and binary values', () => {
    const { logger, lines } = start();
    const circle: Record<string, unknown> = { id: 1 };
    circle['self'] = circle;
    logger.info({ circle, bytes: Buffer.from('abc'), big: 5n });
    expect(lines[0]).toMatchObject({ circle: { self: '[circle]' }, bytes: '[binary]', big: '5' });
  });

  it('never shows the configuration', () => {
    const { configuration, logger, raw } = start();
    logger.info({ configuration });
    expect(raw.join('')).not.toContain('hidden-password');
  });

  it('names the request on every line', () => {
    const { logger, lines } = start('request-1');
    logger.info('hello');
    expect(lines[0]).toMatchObject({ requestId: 'request-1', process: 'test' });
  });

  it("takes the framework's lines, errors with their stacks", () => {
    const { logger, lines } = start();
    const nest = new NestLogger(logger);
    nest.log('Mapped {/v1/join, POST} route', 'RouterExplorer');
    nest.error(new Error('no luck'), 'Bootstrap');
    nest.error('no luck', 'Error: no luck\n    at here (file.ts:1:1)', 'Bootstrap');
    expect(lines).toMatchObject([
      { level: 'debug', context: 'RouterExplorer', msg: 'Mapped {/v1/join, POST} route' },
      { level: 'error', context: 'Bootstrap', err: { message: 'no luck' } },
      { level: 'error', context: 'Bootstrap', stack: '    at here (file.ts:1:1)' },
    ]);
  });
});

describe('plain lines', () => {
  it('look like all others, and keep to the level', () => {
    const { logger, lines } = start();
    const plain = plainLines(logger, 'info', 'request');
    logger.info({ status: 200 }, 'request');
    plain('"status":200');
    const [usual, ours] = lines;
    expect(Object.keys(ours ?? {})).toEqual(Object.keys(usual ?? {}));
    expect({ ...ours, time: null }).toEqual({ ...usual, time: null });
    expect(Math.abs(Date.parse(String(ours?.['time'])) - Date.now())).toBeLessThan(5_000);
    logger.level = 'warn';
    plain('"status":200');
    expect(lines).toHaveLength(2);
  });
});

describe('standard output', () => {
  const run = (program: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const script = `
        import { TurnDestination } from ${JSON.stringify(
          join(projectRoot, 'dist/src/platform/logging/turn-destination.js'),
        )};
        const destination = new TurnDestination();
        ${program}`;
      execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) => {
        // A program that is killed is one of the cases.
        if (error !== null && error.signal == null && error.code !== 3) reject(error);
        else resolve(stdout);
      });
    });

  it('has every line in order, whether a turn ends or the process does', async () => {
    expect(
      await run(`destination.write('1\\n'); destination.write('2\\n'); process.exit(3);`),
    ).toBe('1\n2\n');
    const killed = `
      destination.write('1\\n');
      destination.write('2\\n');
      setImmediate(() => setImmediate(() => process.kill(process.pid, 'SIGKILL')));`;
    expect(await run(killed)).toBe('1\n2\n');
    const many = `for (let n = 0; n < 20000; n += 1) destination.write(n + ' is a line of some length\\n');`;
    expect((await run(many)).split('\n')).toHaveLength(20_001);
  });
});
