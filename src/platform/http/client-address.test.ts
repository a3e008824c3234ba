import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clientAddressOf, networkMatcher, networkOf, plainAddress } from './client-address.js';
import { originMatcher } from './cors.js';
import { prefersHtml } from './problem-page.js';
import { RouteTable } from './route-table.js';

describe('addresses', () => {
  it('are brought to one form', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(plainAddress('192.0.2.1:51234')).toBe('192.0.2.1');
    expect(plainAddress('[2001:db8::1]:51234')).toBe('2001:db8::1');
    expect(plainAddress('[::ffff:192.0.2.1]')).toBe('192.0.2.1');
  });

  it('in no form of an address stay as they came, and are nobody’s', () => {
    for (const none of ['192.0.2.1:x', '[2001:db8::1', 'unknown', ':443', '[[::1]]:1']) {
      expect(isIP(plainAddress(none)), none).toBe(0);
    }
  });

  it('are empty where the client has hung up', () => {
    expect(clientAddressOf({ ip: undefined, socket: {} } as never)).toBe('');
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
    ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
    ['2001:0DB8::7:0:0:0:1', '2001:db8:0:7::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ])('count by line: %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('are matched by networks', () => {
    const matches = networkMatcher(['10.0.0.0/8', '::ffff:192.0.2.1', '2001:db8::/32']);
    expect(['10.1.2.3', '192.0.2.1', '::ffff:10.0.0.1', '2001:db8:1::1'].every(matches)).toBe(true);
    expect(['11.0.0.1', '192.0.2.2', '2001:db9::1', 'rubbish', ''].some(matches)).toBe(false);
  });

  it.each(['10.0.0.0/33', 'localhost', '10.0.0.0/8/8', '10.0.0.0/', '::/129'])(
    'refuse a network that is none: %s',
    (entry) => {
      expect(() => networkMatcher([entry])).toThrow(entry);
    },
  );
});

describe('origins', () => {
  it('match exactly, or any port where that is said', () => {
    const matches = originMatcher(['https://www.example.org', 'http://localhost:*']);
    expect(
      ['https://www.example.org', 'http://localhost', 'http://localhost:80'].every(matches),
    ).toBe(true);
    expect(
      [
        'null',
        '',
        'http://www.example.org',
        'https://www.example.org.evil.example',
        'https://www.example.org:8443',
        'http://localhost:80@evil.example',
        'http://localhost.evil.example:80',
        'https://localhost:80',
      ].some(matches),
    ).toBe(false);
  });

  it.each(['www.example.org', '*', 'https://www.example.org/join', 'ftp://example.org'])(
    'refuse what is no origin: %s',
    (entry) => {
      expect(() => originMatcher([entry])).toThrow(entry);
    },
  );
});

describe('what a caller prefers', () => {
  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html;q=0.5, application/json', false],
    ['application/json, text/html', false],
    ['TEXT/HTML', true],
    ['text/html;q=0', false],
  ])('is read from %s', (accept, html) => {
    expect(prefersHtml(accept)).toBe(html);
  });
});

describe('the route table', () => {
  it('tells methods by path', () => {
    const table = new RouteTable();
    table.add(['GET', 'HEAD'], '/v1/branches/:slug', {});
    table.add('POST', '/v1/branches.geojson', { cors: 'anyone' });
    table.add('GET', '/docs/*', {});
    expect(table.methodsOf('/v1/branches/leeds')).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(table.methodsOf('/v1/branches/leeds/more')).toEqual([]);
    expect(table.methodsOf('/v1/branchesXgeojson')).toEqual([]);
    expect(table.methodsOf('/docs/a/b')).toEqual(['GET', 'OPTIONS']);
    expect(table.optionsOf('POST', '/v1/branches.geojson')).toEqual({ cors: 'anyone' });
    expect(table.optionsOf('PUT', '/v1/branches.geojson')).toBeUndefined();
  });
});
