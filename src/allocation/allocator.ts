import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { LOGGER, type Logger } from '../platform/logging/logger.js';
import { type LocatedPostcode, NOWHERE, PostcodeLocator } from '../postcodes/postcode-locator.js';
import { otherReadings } from '../postcodes/other-readings.js';
import { isTypedExactly, type NotAPostcode, type Postcode } from '../postcodes/postcode.js';
import { resolvePostcode } from '../postcodes/resolve-postcode.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { AllocationDecision } from './allocation-decision.js';
import { type Belonging, belonging, decideAllocation } from './decide-allocation.js';

/** Decides where people belong, from the organisation and the reference data in memory. */
@Injectable()
export class Allocator {
  /** How far the nearest branch of a region may be to be anybody's. */
  readonly nearestBranchLimitKm: number;

  constructor(
    private readonly locator: PostcodeLocator,
    configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.nearestBranchLimitKm = configuration.environment.NEAREST_BRANCH_LIMIT_KM;
  }

  /**
   * Never fails for want of the locator: the national office takes over until it is back.
   *
   * @param typed what the postcode was read from; where that may as well have meant another one,
   *   the explanation says so.
   */
  decide(view: DirectoryView, postcode: Postcode | null, typed?: string): AllocationDecision {
    const input = {
      view,
      datasetVersion: this.datasetVersion,
      nearestBranchLimitKm: this.nearestBranchLimitKm,
    };
    try {
      const located = this.locate(postcode);
      const decision = decideAllocation({ ...input, postcode, located });
      const explanation = decision.explanation + this.doubt(typed, postcode, located);
      return { ...decision, explanation };
    } catch (error) {
      this.logger.error({ err: error }, 'The locator failed; the national office stands in.');
      const explanation = 'Your branch is being looked up: the national office looks after you';
      return {
        ...decideAllocation({ ...input, postcode: null, located: NOWHERE }),
        explanation,
        provisional: true,
      };
    }
  }

  /** In brackets, to be put behind an explanation. */
  private doubt(
    typed: string | undefined,
    read: Postcode | null,
    located: LocatedPostcode,
  ): string {
    if (typed === undefined || read === null || isTypedExactly(typed, read)) return '';
    const [other] = this.otherReadings(typed, read, located);
    return other === undefined
      ? ''
      : ` (we read ${typed.trim()} as ${read.canonical}; it may have meant ${other})`;
  }

  /** Where a postcode that has been located belongs, without the words of a decision. */
  belonging(view: DirectoryView, postcode: Postcode, located: LocatedPostcode): Belonging {
    return belonging({ view, postcode, located, nearestBranchLimitKm: this.nearestBranchLimitKm });
  }

  /** Which reference data answers. */
  get datasetVersion(): string {
    return this.locator.version;
  }

  /** As `locate`; nowhere while the locator is down, for what only tells a distance. */
  locateOrNowhere(postcode: Postcode | null): LocatedPostcode {
    try {
      return this.locate(postcode);
    } catch (error) {
      this.logger.error({ err: error }, 'The locator failed; a distance remains unknown.');
      return NOWHERE;
    }
  }

  /** Changes whenever that does. */
  get datasetRevision(): string {
    return this.locator.revision;
  }

  /** Reads a postcode as the reference data knows it (`resolvePostcode`). */
  read(text: string): Postcode | NotAPostcode {
    return resolvePostcode(text, this.locator);
  }

  /** What else a text may have meant than the postcode it was read as (`otherReadings`). */
  otherReadings(text: string, read: Postcode, located: LocatedPostcode): string[] {
    // What has a position of its own is in the list: nearly always there is nothing to look for.
    if (text === read.canonical && located.precision === 'unit') return [];
    return otherReadings(text, read, this.locator);
  }

  /** Where a postcode lies, as well as the reference data knows. */
  locate(postcode: Postcode | null): LocatedPostcode {
    return postcode === null ? NOWHERE : this.locator.locate(postcode);
  }
}
