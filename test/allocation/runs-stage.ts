import { expect } from 'vitest';
import type { OrganiserName } from '../factories/organisation.js';
import { MovesStage } from './moves-stage.js';
import { makePeople } from './people-in-bulk.js';

/** More than two slices. */
export const PEOPLE = 4_100;
export const QUARTER = PEOPLE / 4;

/** The stage with some thousand people on it, and what tests ask of runs over them. */
export class RunsStage {
  private constructor(readonly stage: MovesStage) {}

  static async open(): Promise<RunsStage> {
    return new RunsStage(await MovesStage.open());
  }

  /** The people as at first, whatever a test has made of them. */
  async begin(): Promise<void> {
    await this.stage.clear();
    await makePeople(this.stage, PEOPLE);
  }

  /** The id of a rule. */
  async ruleOf(code: string, kind: 'branch' | 'region'): Promise<string> {
    const [rule] = await this.stage.database.sql<{ id: string }>(
      'SELECT id FROM coverage_rule WHERE prefix = $1 AND unit_kind = $2',
      [code, kind],
    );
    if (rule === undefined) throw new Error('there is no such rule');
    return rule.id;
  }

  /** The city of Cardiff to Swansea, and Leeds left without its rule: half of all people move. */
  async proposal(): Promise<object> {
    return {
      add: [{ unitId: this.stage.organisation.units.swansea.id, code: 'cf10' }],
      remove: [await this.ruleOf('LS', 'branch')],
    };
  }

  async dryRun(body: object = {}): Promise<{ id: string }> {
    const answer = await this.stage.admin('national').post('coverage-rules/dry-run', body);
    expect(answer, answer.text).toMatchObject({ status: 202 });
    return answer.body as { id: string };
  }

  /** A dry run that has come to its end. */
  async finishedDryRun(body: object = {}) {
    const { id } = await this.dryRun(body);
    await this.stage.runDueJobs();
    const run = await this.read(id);
    expect(run).toMatchObject({ state: 'finished' });
    return run;
  }

  recompute(dryRunId: string) {
    return this.stage.admin('national').post('allocations/recompute', { dryRunId });
  }

  /** A run as somebody sees it. */
  async read(id: string, who: OrganiserName = 'national') {
    const { body } = await this.stage.admin(who).get(`allocation-runs/${id}`).expect(200);
    return body;
  }

  /** Takes one slice, as a worker does. */
  async nextSlice(): Promise<void> {
    const [row] = await this.sliceRows();
    if (row === undefined) throw new Error('there is no slice to take');
    await this.stage.runJob(row);
  }

  async sliceRows() {
    return (await this.stage.dueRows()).filter(({ job }) => job === 'allocation.run-slice');
  }
}

/** A unit in an answer. */
export function unit(slug: 'cardiff' | 'swansea' | 'leeds' | 'yorkshire'): unknown {
  return expect.objectContaining({ slug });
}
