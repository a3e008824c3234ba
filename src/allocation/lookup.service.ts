import { Injectable } from '@nestjs/common';
import { unavailable } from '../platform/http/standard-problems.js';
import { isPostcode } from '../postcodes/postcode.js';
import type { DirectoryView } from '../units/directory-view.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { NotAPostcodeProblem } from './allocation.errors.js';
import { Allocator } from './allocator.js';
import { ANSWER_EDITION, LookupWriter } from './lookup-writer.js';
import { type LookupAnswer, lookupAnswerSchema } from './lookup.schemas.js';
import { nearestBranches } from './nearest-branches.js';

/** Answers "where is my branch?" from memory, also while the database is away. */
@Injectable()
export class LookupService {
  private written: { readonly view: DirectoryView; readonly writer: LookupWriter } | undefined;

  constructor(
    private readonly directory: UnitDirectory,
    private readonly allocator: Allocator,
  ) {}

  /**
   * The branch that looks after a postcode, and the nearest ones of the whole country: the JSON of a
   * `LookupAnswer`.
   *
   * @throws NotAPostcodeProblem with a hint for the person who typed it; 503 before an organisation
   *   has been imported.
   */
  nearestAsJson(text: string, limit: number): Buffer {
    const postcode = this.allocator.read(text);
    if (!isPostcode(postcode)) throw new NotAPostcodeProblem(postcode.hint);
    const { view } = this.directory;
    if (!view.isReady) throw unavailable();
    const located = this.allocator.locate(postcode);
    return this.writerFor(view).write({
      postcode,
      located,
      didYouMean: this.allocator.otherReadings(text, postcode, located),
      belonging: this.allocator.belonging(view, postcode, located),
      nearest: nearestBranches(view, located, limit),
    });
  }

  /** The same for our own pages. */
  nearest(text: string, limit: number): LookupAnswer {
    return lookupAnswerSchema.parse(JSON.parse(this.nearestAsJson(text, limit).toString()));
  }

  /**
   * Changes whenever any answer may: the organisation, the reference data, how far a branch may be,
   * and how answers are written.
   */
  get version(): string {
    const { datasetRevision, nearestBranchLimitKm } = this.allocator;
    return `${ANSWER_EDITION}.${this.directory.view.version}.${datasetRevision}.${nearestBranchLimitKm}`;
  }

  private writerFor(view: DirectoryView): LookupWriter {
    if (this.written?.view !== view) this.written = { view, writer: new LookupWriter(view) };
    return this.written.writer;
  }
}
