import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, type PageQuery, toPage } from '../platform/http/keyset-page.js';
import { notFound } from '../platform/http/standard-problems.js';
import { z } from 'zod';
import type { DirectoryView } from './directory-view.js';
import type { BranchEntry, BranchFeatures, RegionEntry } from './unit.schemas.js';
import { UnitDirectory } from './unit-directory.js';
import type { Unit } from './unit.js';

/** The public directory of branches and regions, answered from memory, in the order of their slugs. */
@Injectable()
export class DirectoryService {
  constructor(private readonly directory: UnitDirectory) {}

  regions(query: PageQuery): Page<RegionEntry> {
    return pageOfUnits(this.directory.view.regions, query, regionEntry);
  }

  region(slug: string): RegionEntry {
    const region = this.directory.view.regions.find((unit) => unit.slug === slug);
    if (region === undefined) throw notFound('There is no region of this name.');
    return regionEntry(region);
  }

  branches(query: PageQuery): Page<BranchEntry> {
    const { view } = this.directory;
    return pageOfUnits(view.branches, query, (branch) => branchEntry(view, branch));
  }

  branch(slug: string): BranchEntry {
    const { view } = this.directory;
    const branch = view.branches.find((unit) => unit.slug === slug);
    if (branch === undefined) throw notFound('There is no branch of this name.');
    return branchEntry(view, branch);
  }

  /** Every branch with a position, as GeoJSON (RFC 7946: longitude first). */
  features(): BranchFeatures {
    const { view } = this.directory;
    return {
      type: 'FeatureCollection',
      features: view.branches.flatMap((branch) => {
        const { position, ...properties } = branchEntry(view, branch);
        if (position === null) return [];
        return {
          type: 'Feature' as const,
          id: branch.slug,
          geometry: { type: 'Point' as const, coordinates: [position.long, position.lat] },
          properties,
        };
      }) as BranchFeatures['features'],
    };
  }

  /** Changes with every change of the organisation. */
  get version(): string {
    return this.directory.view.version;
  }
}

function regionEntry({ slug, name, phone, email }: Unit): RegionEntry {
  return { slug, name, phone, email };
}

function branchEntry(view: DirectoryView, branch: Unit): BranchEntry {
  const { slug, name, town, meets, position } = branch;
  const region = view.regionOf(branch);
  return {
    slug,
    name,
    region: { slug: region.slug, name: region.name },
    town,
    meets,
    contact: view.contactOf(branch),
    position,
  };
}

/** A page of units in the order of their slugs; the total is exact, since all are in memory. */
function pageOfUnits<Entry>(
  units: readonly Unit[],
  { limit, cursor, updatedSince, count }: PageQuery,
  entryOf: (unit: Unit) => Entry,
): Page<Entry> {
  const wanted = units
    .filter(({ updatedAt }) => updatedSince === undefined || updatedAt >= updatedSince)
    .toSorted((one, other) => (one.slug < other.slug ? -1 : 1));
  const after = cursor === undefined ? '' : decodeCursor(cursor, z.tuple([z.string()]))[0];
  const rest = wanted.filter(({ slug }) => slug > after).slice(0, limit + 1);
  const page = toPage(rest, limit, ({ slug }) => [slug]);
  return {
    data: page.data.map(entryOf),
    nextCursor: page.nextCursor,
    ...(count === true ? { total: { count: wanted.length, capped: false } } : {}),
  };
}
