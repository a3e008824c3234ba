import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { projectRoot } from '../platform/project-root.js';
import { POSTCODE_ATTRIBUTION } from '../postcodes/attribution.js';

/** A file that browsers load from us. */
export interface BrowserFile {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  /** Names the content; part of the address, so that a cache may keep it for ever. */
  readonly version: string;
  /** For the `integrity` of the tag that loads it. */
  readonly integrity: string;
  readonly path: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE_SHEET = 'text/css; charset=utf-8';

/** Leaflet as its authors publish it; it comes from the lockfile and not from a network of others. */
const LEAFLET = join(projectRoot, 'node_modules', 'leaflet', 'dist');
const OWN = join(projectRoot, 'templates', 'assets');
const COASTLINE = join(projectRoot, 'data', 'coastline.json');

/** The files of the map and the script for other sites, read once at start. */
@Injectable()
export class BrowserFiles {
  readonly leafletStyle = file(
    'leaflet.css',
    STYLE_SHEET,
    readFileSync(join(LEAFLET, 'leaflet.css')),
  );
  readonly leaflet = file('leaflet.js', SCRIPT, readFileSync(join(LEAFLET, 'leaflet.js')));
  readonly coastline = file('coastline.js', SCRIPT, coastlineScript());
  readonly map = file('branches-map.js', SCRIPT, readFileSync(join(OWN, 'branches-map.js')));
  /** For other sites, at an address that stays. */
  readonly embed = file('embed-branches.js', SCRIPT, embedScript());
  private readonly byPath = new Map(
    [this.leafletStyle, this.leaflet, this.coastline, this.map].map((one) => [one.path, one]),
  );

  /** A file of the map in exactly this version; undefined for any other. */
  get(version: string, name: string): BrowserFile | undefined {
    return this.byPath.get(pathOf(version, name));
  }
}

function file(name: string, type: string, content: Buffer): BrowserFile {
  const digest = createHash('sha256').update(content).digest();
  const version = digest.toString('hex').slice(0, 16);
  const integrity = `sha256-${digest.toString('base64')}`;
  return { name, type, content, version, integrity, path: pathOf(version, name) };
}

function pathOf(version: string, name: string): string {
  return `/assets/${version}/${name}`;
}

/** With the words that have to stand beside every answer. */
function embedScript(): Buffer {
  const source = readFileSync(join(OWN, 'embed-branches.js'), 'utf8');
  const script = source.replace("'{{ attribution }}'", JSON.stringify(POSTCODE_ATTRIBUTION));
  if (script === source) throw new Error('embed-branches.js has no place for the attribution.');
  return Buffer.from(script);
}

/** The coast as a script: the page may load scripts of ours, and need open no connection. */
function coastlineScript(): Buffer {
  const { rings } = JSON.parse(readFileSync(COASTLINE, 'utf8')) as { rings: [number, number][][] };
  return Buffer.from(`globalThis.branchlineCoastline = ${JSON.stringify(rings)};\n`);
}
