import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';

const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));

const sources = filesBelow('src', /(?<!\.test)\.ts$/);
const templates = filesBelow('templates', /\.liquid$/);
/** Run in browsers: ours on our pages, and on the pages of other sites. */
const browserScripts = filesBelow('templates/assets', /\.js$/);

/** The files in which a pattern stands. */
const having = (files: readonly string[], pattern: RegExp) =>
  files.filter((path) => pattern.test(readFileSync(join(projectRoot, path), 'utf8')));

describe('the source', () => {
  it('makes no program out of data', () => {
    expect(
      having(sources, /\beval\(|\bFunction\(|['"](?:node:)?vm['"]|import\((?!\)|'\.)/),
    ).toEqual([]);
  });

  it('starts another program only to bring up the database of development', () => {
    const starting = having(sources, /['"](?:node:)?child_process['"]/);
    expect(starting.length).toBeGreaterThan(0);
    expect(starting.filter((path) => !path.startsWith('src/development/'))).toEqual([]);
  });

  it('asks nobody else on the network, but for a release that an operator fetches and a provider of identities', () => {
    const asking =
      /\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\(|['"](?:undici|axios|got|openid-client)['"]/;
    expect(having(sources, asking)).toEqual([
      'src/providers/downloads/download-file.ts',
      'src/providers/openid/openid-provider.ts',
    ]);
  });

  it('takes a random number that anybody could foretell for nothing but a pause', () => {
    expect(having(sources, /\bMath\.random\b/)).toEqual([
      'src/platform/outbox/relay.ts',
      'src/platform/queue/back-off.ts',
    ]);
  });

  it('hashes with SHA-256 and argon2id, and encrypts nothing but the secrets of second factors', () => {
    const calls = sources.flatMap((path) => [
      ...readFileSync(join(projectRoot, path), 'utf8').matchAll(
        /\bcreate(?:Hash|Hmac)\((['"]\w+)/g,
      ),
    ]);
    expect(calls.length).toBeGreaterThan(5);
    expect(new Set(calls.map(([, algorithm]) => algorithm))).toEqual(new Set(["'sha256"]));
    expect(having(sources, /createCipher|createDecipher|publicEncrypt|createSign\(/)).toEqual([
      'src/organisers/second-factor/sealed-secrets.ts',
    ]);
  });

  it('turns off no check of a certificate', () => {
    expect(having(sources, /rejectUnauthorized|NODE_TLS_REJECT|checkServerIdentity/)).toEqual([]);
  });

  it('reads a cookie where a browser comes back from the provider of identities, and nowhere else', () => {
    expect(having(sources, /headers\.cookie|headers\['cookie'\]|@fastify\/cookie/)).toEqual([
      'src/organisers/openid/openid.admin-controller.ts',
    ]);
  });
});

describe('the templates', () => {
  it('let no value through unescaped where HTML is written', () => {
    expect(templates.length).toBeGreaterThan(20);
    expect(having(templates, /\|\s*raw\b|\{%-?\s*raw\b/)).toEqual([]);
  });

  it('of pages run no script, load nothing from elsewhere, and post to ourselves', () => {
    const pages = templates.filter((path) => path.startsWith('templates/pages/'));
    // The map alone has scripts, files of ours whose hash stands beside them; and a form that asks
    // for proof of work, the file that other sites include by the same address.
    const ownScript =
      /<script(?! defer src="\{\{ (map\.files\.\w+)\.path \}\}" integrity="\{\{ \1\.integrity \}\}"><\/script>| src="\/embed\/join-challenge\.js" defer><\/script>)/;
    expect(having(pages, ownScript)).toEqual([]);
    expect(having(pages, /<script/)).toEqual([
      'templates/pages/branches.liquid',
      'templates/pages/join.liquid',
    ]);
    expect(having(pages, /\son\w+=|javascript:|<iframe|<object|<embed/i)).toEqual([]);
    expect(having(pages, /(?:src|href|action)="https?:/i)).toEqual([]);
    expect(having(pages, /<form/).length).toBeGreaterThan(2);
  });
});

describe('the scripts for browsers', () => {
  it('write no HTML from texts, compute no code and keep nothing', () => {
    expect(browserScripts.length).toBeGreaterThan(1);
    const dangerous =
      /innerHTML|insertAdjacentHTML|document\.write|\beval\b\(|Function\(|localStorage|sessionStorage|\.cookie\b|postMessage/;
    expect(having(browserScripts, dangerous)).toEqual([]);
  });

  it('connect to nobody; those for other sites, to the server that they came from', () => {
    expect(having(browserScripts, /\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon/)).toEqual([
      'templates/assets/embed-branches.js',
      'templates/assets/join-challenge.js',
    ]);
    expect(having(browserScripts, /https?:\/\/(?!join\.example\.org)/)).toEqual([]);
  });
});
