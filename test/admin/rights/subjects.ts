import { v7 as uuidV7 } from 'uuid';
import type { TestUnit } from '../../factories/organisation.js';
import { type TestSubmission, makeSubmission } from '../../factories/submissions.js';
import type { AdminStage } from '../support.js';

/** Where a subject is made: a branch and the region around it. */
export interface Place {
  readonly branch: TestUnit;
  readonly region: TestUnit;
}

/** Makes what routes are asked about, each time anew: what one call has changed hinders no other. */
export class Subjects {
  private made = 0;

  /** Within the units of every caller. */
  readonly inside: Place;
  /** Within those of the national office alone. */
  readonly outside: Place;

  constructor(private readonly stage: AdminStage) {
    const { cardiff, wales, leeds, yorkshire } = stage.organisation.units;
    this.inside = { branch: cardiff, region: wales };
    this.outside = { branch: leeds, region: yorkshire };
  }

  /** A number that nothing has yet. */
  next(): number {
    this.made += 1;
    return this.made;
  }

  /** An overdue submission, with its person, duty and messages: the latest made is the most urgent. */
  submission({ branch }: Place): Promise<TestSubmission> {
    return makeSubmission(this.stage.database, { unit: branch, dueIn: `-${this.next()} hours` });
  }

  /** A person of a region, where no branch covers the outcode. */
  async personWithoutBranch({ region }: Place, outcode: string): Promise<void> {
    await makeSubmission(this.stage.database, { unit: region, postcode: `${outcode} 1AA` });
  }

  /** The duty of a submission, with an office of this branch that the holder alone answers for. */
  async dutyOf(place: Place, holderId: string | null): Promise<string> {
    const { followUpId } = await this.submission(place);
    await this.sql('UPDATE follow_up SET office = $2 WHERE id = $1', [followUpId, 'treasurer']);
    await this.sql(
      `INSERT INTO post (id, unit_id, office, holder_id) VALUES ($1, $2, 'treasurer', $3)
       ON CONFLICT (unit_id, office) DO UPDATE SET holder_id = $3`,
      [uuidV7(), place.branch.id, holderId],
    );
    return followUpId;
  }

  /** Somebody whom an organiser has put where they are. */
  async overridden(place: Place): Promise<string> {
    const { personId } = await this.submission(place);
    await this.sql(
      `UPDATE allocation SET method = 'override', reason = 'asked for it' WHERE person_id = $1`,
      [personId],
    );
    return personId;
  }

  /** The secretary's post of a branch, with its version. */
  async post({ branch }: Place): Promise<{ id: string; version: number }> {
    const [post] = await this.sql<{ id: string; version: number }>(
      `SELECT id, version FROM post WHERE unit_id = $1 AND office = 'branch_secretary'`,
      [branch.id],
    );
    if (post === undefined) throw new Error(`${branch.slug} has no secretary.`);
    return post;
  }

  /** Puts a branch onto the map. */
  async position({ branch }: Place): Promise<void> {
    await this.sql('UPDATE unit SET latitude = 51.5, longitude = -3.2 WHERE id = $1', [branch.id]);
  }

  /** A rule of a branch, for a ward that nothing else covers. */
  async coverageRule({ branch }: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
       VALUES ($1, 'ward', $2, $3, 'branch')`,
      [id, this.ward(), branch.id],
    );
    return id;
  }

  /** The code of a ward that nothing covers. */
  ward(): string {
    return `W05${String(this.next()).padStart(6, '0')}`;
  }

  /** The version of a unit. */
  async versionOf({ id }: TestUnit): Promise<number> {
    const [unit] = await this.sql<{ version: number }>('SELECT version FROM unit WHERE id = $1', [
      id,
    ]);
    return unit?.version ?? 0;
  }

  /** A run that no job goes on with; others are gone, as only one may run. */
  async run(): Promise<string> {
    const id = uuidV7();
    await this.noRuns();
    await this.sql(
      `INSERT INTO allocation_run (id, kind, basis, directory_version, dataset_version)
       VALUES ($1, 'dry_run', '', 1, '')`,
      [id],
    );
    return id;
  }

  /** A run that moves somebody of this place. */
  async runOver(place: Place): Promise<{ id: string; personId: string }> {
    const id = await this.run();
    const { personId } = await this.submission(place);
    await this.sql(
      `INSERT INTO allocation_run_person (run_id, person_id, from_unit_id, to_unit_id, explanation)
       VALUES ($1, $2, $3, $4, '')`,
      [id, personId, place.branch.id, place.region.id],
    );
    return { id, personId };
  }

  async noRuns(): Promise<void> {
    await this.sql('DELETE FROM allocation_run');
  }

  /** A job that was given up. */
  async deadJob(): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO outbox (id, queue, job, data, state, attempts, last_error)
       VALUES ($1, 'notices', 'messaging.send', jsonb_build_object('messageId', $1::uuid), 'dead', 20, 'gave up')`,
      [id],
    );
    return id;
  }

  /** Something that somebody else did. @returns what it was done to. */
  async deed(): Promise<string> {
    const subject = uuidV7();
    await this.sql(
      `INSERT INTO audit_event (id, actor_kind, actor_id, action, subject_kind, subject_id)
       VALUES ($1, 'organiser', $2, 'person.read', 'person', $3)`,
      [uuidV7(), this.stage.organisation.organisers.dpo.id, subject],
    );
    return subject;
  }

  private sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]> {
    return this.stage.database.sql<Row>(text, values);
  }
}
