import { describe, expect, it } from 'vitest';
import { testConfiguration } from '../../test/http/support.js';
import { mapTiles } from './map-tiles.js';
import { pagePolicy } from '../platform/templates/page-policy.js';

const TILES = 'https://tile.example.org/{z}/{x}/{y}.png?key=k';

describe('the pictures of a map', () => {
  it('come from one host, or from three where the address has a subdomain', () => {
    expect(mapTiles(TILES, 'Us')).toMatchObject({
      origins: ['https://tile.example.org'],
      host: 'tile.example.org',
    });
    expect(mapTiles('https://{s}.example.org:8443/{z}/{x}/{y}{r}.png', 'Us')).toMatchObject({
      origins: ['a', 'b', 'c'].map((host) => `https://${host}.example.org:8443`),
      host: 'example.org:8443',
    });
  });

  it.each([
    ['© Somebody', { attribution: '© Somebody', attributionLink: '' }],
    [
      '© Somebody https://example.org/terms',
      { attribution: '© Somebody', attributionLink: 'https://example.org/terms' },
    ],
    [
      'https://example.org',
      { attribution: 'https://example.org', attributionLink: 'https://example.org' },
    ],
    ['javascript:alert(1)', { attribution: 'javascript:alert(1)', attributionLink: '' }],
  ])('name whom they are from: %s', (given, told) => {
    expect(mapTiles(TILES, given)).toMatchObject(told);
  });

  it('are the only pictures that the policy of the page lets in', () => {
    const { origins } = mapTiles('https://{s}.example.org/{z}/{x}/{y}.png', 'Us');
    expect(pagePolicy('<style>a{}</style>', { ownFiles: true, imageOrigins: origins })).toMatch(
      /; style-src 'self' 'sha256-[^']+'; img-src https:\/\/a\.example\.org https:\/\/b\.example\.org https:\/\/c\.example\.org; form-action/,
    );
    expect(pagePolicy('<style>a{}</style>', { ownFiles: true })).not.toContain('img-src');
    expect(pagePolicy('<style>a{}</style>')).not.toMatch(/script-src|img-src|style-src 'self'/);
  });
});

describe('the settings of the map', () => {
  const configured = (template: string) =>
    testConfiguration({ BRANCH_MAP_TILES: template, BRANCH_MAP_ATTRIBUTION: 'Ourselves' });

  it.each([
    TILES,
    'https://{s}.tile.example.org/{z}/{x}/{y}{r}.png',
    'http://127.0.0.1:8080/tiles/{z}/{y}/{x}',
  ])('take %s', (template) => {
    expect(configured(template).environment.BRANCH_MAP_TILES).toBe(template);
  });

  it.each([
    'https://tile.example.org/{z}/{x}.png',
    'https://{host}.example.org/{z}/{x}/{y}.png',
    'https://tile.{s}.example.org/{z}/{x}/{y}.png',
    'https://tile.example.org/{z}/{x}/{y}/{quadkey}.png',
    'https://user@tile.example.org/{z}/{x}/{y}.png',
    "https://tile.example.org; script-src 'unsafe-inline'/{z}/{x}/{y}.png",
    'data:image/png,{z}{x}{y}',
    '//tile.example.org/{z}/{x}/{y}.png',
  ])('refuse %s', (template) => {
    expect(() => configured(template)).toThrow('BRANCH_MAP_TILES: must be an address like');
  });

  it('refuse pictures of nobody', () => {
    expect(() => testConfiguration({ BRANCH_MAP_TILES: TILES })).toThrow(
      'BRANCH_MAP_ATTRIBUTION is missing',
    );
  });
});
