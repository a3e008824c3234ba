import { Injectable } from '@nestjs/common';
import { unavailable } from '../platform/http/standard-problems.js';
import { roundedKm } from '../postcodes/distance.js';
import { isPostcode } from '../postcodes/postcode.js';
import type { DirectoryView } from '../units/directory-view.js';
import { UnitDirectory } from '../units/unit-directory.js';
import type { Unit } from '../units/unit.js';
import { NotAPostcodeProblem } from './allocation.errors.js';
import { Allocator } from './allocator.js';
import { distanceTo } from './decide-allocation.js';
import type { LookupAnswer } from './lookup.schemas.js';
import { nearestBranches } from './nearest-branches.js';

/** Answers "where is my branch?" from memory, also while the database is away. */
@Injectable()
export class LookupService {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly allocator: Allocator,
  ) {}

  /**
   * The branch that looks after a postcode, and the nearest ones of the whole country.
   *
   * @throws NotAPostcodeProblem with a hint for the person who typed it; 503 before an organisation
   *   has been imported.
   */
  nearest(text: string, limit: number): LookupAnswer {
    const postcode = this.allocator.read(text);
    if (!isPostcode(postcode)) throw new NotAPostcodeProblem(postcode.hint);
    const { view } = this.directory;
    if (!view.isReady) throw unavailable();
    const located = this.allocator.locate(postcode);
    const { region, branch } = this.allocator.belonging(view, postcode, located);
    return {
      postcode: postcode.canonical,
      precision: located.precision,
      terminated: located.terminated,
      region: region && { slug: region.slug, name: region.name, phone: region.phone },
      branch: branch && near(view, branch, distanceTo(branch, located)),
      nearest: nearestBranches(view, located, limit).map((found) =>
        near(view, found.branch, roundedKm(found.km)),
      ),
      organiser: view.contactOf(region ?? view.national),
      nationalOffice: { phone: view.national.phone, email: view.national.email },
    };
  }

  /** Changes whenever any answer may: the versions of the organisation and the reference data. */
  get version(): string {
    return `${this.directory.view.version}.${this.allocator.datasetRevision}`;
  }
}

function near(view: DirectoryView, branch: Unit, distance: number | null) {
  const { slug, name, meets } = branch;
  return { slug, name, distanceKm: distance, meets, contact: view.contactOf(branch) };
}
