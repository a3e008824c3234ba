import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { notFound } from '../platform/http/standard-problems.js';
import { z } from 'zod';
import type { DirectoryView } from './directory-view.js';
import type { BranchEntry, BranchFeatures, RegionEntry } from './unit.schemas.js';
import { UnitDirectory } from './unit-directory.js';
import type { Unit } from './unit.js';

interface ListQuery {
  limit: number;
  cursor?: string | undefined;
}

/** The public directory of branches and regions, answered from memory, in the order of their slugs. */
@Injectable()
export class DirectoryService {
  constructor(private readonly directory: UnitDirectory) {}

  regions(query: ListQuery): Page<RegionEntry> {
    return pageBySlug(this.directory.view.regions.map(regionEntry), query);
  }

  region(slug: string): RegionEntry {
    const region = this.directory.view.regions.find((unit) => unit.slug === slug);
    if (region === undefined) throw notFound('There is no region of this name.');
    return regionEntry(region);
  }

  branches(query: ListQuery): Page<BranchEntry> {
    const { view } = this.directory;
    return pageBySlug(
      view.branches.map((branch) => branchEntry(view, branch)),
      query,
    );
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

function pageBySlug<Entry extends { slug: string }>(
  entries: Entry[],
  { limit, cursor }: ListQuery,
): Page<Entry> {
  const sorted = entries.sort((one, other) => (one.slug < other.slug ? -1 : 1));
  const after = cursor === undefined ? '' : decodeCursor(cursor, z.tuple([z.string()]))[0];
  const rest = sorted.filter(({ slug }) => slug > after).slice(0, limit + 1);
  return toPage(rest, limit, ({ slug }) => [slug]);
}
