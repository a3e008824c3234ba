import { Injectable } from '@nestjs/common';
import { NotAPostcodeProblem } from '../allocation/allocation.errors.js';
import type { LookupAnswer } from '../allocation/lookup.schemas.js';
import { LookupService } from '../allocation/lookup.service.js';
import { Configuration } from '../platform/config/configuration.js';
import type { Problem } from '../platform/http/problem.js';
import { notFound, unavailable } from '../platform/http/standard-problems.js';
import { POSTCODE_ATTRIBUTION } from '../postcodes/attribution.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { BrowserFiles } from './browser-files.js';
import {
  answerView,
  type BranchView,
  branchView,
  NEAREST_ASKED,
  regionViews,
} from './finder-view.js';
import { type MapTiles, mapTiles } from './map-tiles.js';
import { readingView } from './reading-view.js';
import type { PageSources } from '../platform/templates/page-policy.js';

/** A page of this feature. */
export interface FinderPage {
  readonly template: string;
  readonly data: object;
  /** What is wrong; null: nothing. It decides the status, and is the answer to a program. */
  readonly problem: Problem | null;
  /** What the map on it loads; without a map nothing. */
  readonly sources?: PageSources;
  /** Same for everybody until the organisation changes; an answer belongs to who asked. */
  readonly isShared: boolean;
  /** Whether search engines may keep it. */
  readonly isListed: boolean;
}

/** While the organisation is being imported. */
const RETRY_SECONDS = 30;

const NOTHING_TYPED = 'Please give a postcode, such as M14 5RX or M14.';

/** Longer than any postcode; what is cut off is nothing that anybody would want back. */
const LONGEST_SHOWN = 100;

/** What the pages show. From memory: they are there while the database is away. */
@Injectable()
export class BranchPages {
  private readonly tiles: MapTiles | null;
  /** The page without an answer: the same for everybody until the organisation changes. */
  private plain: { readonly view: DirectoryView; readonly page: FinderPage } | undefined;

  constructor(
    private readonly lookup: LookupService,
    private readonly directory: UnitDirectory,
    private readonly files: BrowserFiles,
    private readonly locator: PostcodeLocator,
    { environment }: Configuration,
  ) {
    const { BRANCH_MAP_TILES: template, BRANCH_MAP_ATTRIBUTION: attribution } = environment;
    this.tiles =
      template === undefined || attribution === undefined ? null : mapTiles(template, attribution);
  }

  /** The box for a postcode and all branches; with a postcode, the branch that looks after it. */
  finder(typed: string | undefined): FinderPage {
    const { view } = this.directory;
    const postcode = shown(typed ?? '');
    if (!view.isReady) return this.awayPage(postcode);
    if (typed === undefined) return this.plainPage(view);
    const found = this.look(typed);
    if (found instanceof NotAPostcodeProblem) return this.finderPage({ postcode, problem: found });
    const reading = readingView(postcode, found.postcode, this.locator);
    const answer = { ...answerView(view, found), reading };
    const branches = [...(answer.branch === null ? [] : [answer.branch]), ...answer.others];
    return this.finderPage({ postcode: answer.postcode, answer, branches });
  }

  /** The page of one branch; of one that is not there, a page that leads on. */
  branch(slug: string): FinderPage {
    const { view } = this.directory;
    if (!view.isReady) return this.awayPage();
    const branch = view.branches.find((one) => one.slug === slug);
    const page = { isShared: branch !== undefined, isListed: branch !== undefined };
    if (branch === undefined) {
      const data = { ...this.frame(view), title: 'We could not find this branch' };
      const problem = notFound('There is no branch of this name.');
      return { ...page, template: 'branch-unknown', data, problem };
    }
    const region = view.regionOf(branch);
    const data = {
      ...this.frame(view),
      title: `${branch.name}: your local branch`,
      branch: branchView(view, branch),
      region: { name: region.name, contact: view.contactOf(region) },
    };
    return { ...page, template: 'branch', data, problem: null };
  }

  private plainPage(view: DirectoryView): FinderPage {
    if (this.plain?.view !== view) {
      const regions = regionViews(view);
      const branches = regions.flatMap((region) => region.branches);
      this.plain = { view, page: this.finderPage({ regions, branches, isShared: true }) };
    }
    return this.plain.page;
  }

  private awayPage(postcode = ''): FinderPage {
    return this.finderPage({ postcode, problem: unavailable(RETRY_SECONDS) });
  }

  /** The answer, or what is wrong with what was typed. */
  private look(typed: string): LookupAnswer | NotAPostcodeProblem {
    if (typed.trim() === '') return new NotAPostcodeProblem(NOTHING_TYPED);
    try {
      return this.lookup.nearest(typed, NEAREST_ASKED);
    } catch (error) {
      if (error instanceof NotAPostcodeProblem) return error;
      throw error;
    }
  }

  private finderPage(parts: {
    readonly postcode?: string;
    readonly problem?: Problem;
    readonly answer?: { readonly lead: string };
    readonly regions?: readonly object[];
    readonly branches?: readonly BranchView[];
    readonly isShared?: boolean;
  }): FinderPage {
    const { postcode = '', problem = null, answer = null, regions = [], isShared = false } = parts;
    const fault = problem instanceof NotAPostcodeProblem ? problem.message : null;
    const isOnMap = (parts.branches ?? []).some(({ lat }) => lat !== null);
    const title = 'Find your branch';
    return {
      template: 'branches',
      problem,
      isShared,
      isListed: isShared,
      ...(isOnMap && {
        sources: { ownFiles: true, imageOrigins: this.tiles?.origins ?? [] },
      }),
      data: {
        ...this.frame(this.directory.view),
        title: answer?.lead ?? (fault === null ? title : `Please check: ${title}`),
        isListed: isShared,
        postcode,
        fault,
        isAway: problem !== null && fault === null,
        answer,
        regions,
        map: isOnMap ? { files: this.files, tiles: this.tiles } : null,
      },
    };
  }

  /** The organisation and the sources of the postcodes, as the frame of every page shows them. */
  private frame(view: DirectoryView) {
    const attribution = POSTCODE_ATTRIBUTION;
    if (!view.isReady)
      return { attribution, organisation: { name: null, phone: null, email: null } };
    const { name, phone, email } = view.national;
    return { attribution, organisation: { name, phone, email } };
  }
}

/** What was typed, as far as a field can show it: one line, without what no field takes. */
function shown(typed: string): string {
  return typed
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .slice(0, LONGEST_SHOWN)
    .replaceAll(/\p{Cs}/gu, '')
    .trim();
}
