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
    await this.officeOf(place, holderId);
    return followUpId;
  }

  /** The treasurer's post of a branch, which this organiser holds from now on, and nobody covers. */
  async officeOf({ branch }: Place, holderId: string | null): Promise<string> {
    const [post] = await this.sql<{ id: string }>(
      `INSERT INTO post (id, unit_id, office, holder_id) VALUES ($1, $2, 'treasurer', $3)
       ON CONFLICT (unit_id, office) DO UPDATE SET holder_id = $3 RETURNING id`,
      [uuidV7(), branch.id, holderId],
    );
    if (post === undefined) throw new Error(`${branch.slug} has no treasurer.`);
    await this.sql('DELETE FROM post_cover WHERE post_id = $1', [post.id]);
    return post.id;
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

  /** The secretary's post of a branch, which nobody covers. */
  async uncovered(place: Place): Promise<string> {
    const { id } = await this.post(place);
    await this.sql('DELETE FROM post_cover WHERE post_id = $1', [id]);
    return id;
  }

  /** A batch of a branch that is open. */
  async batch({ branch }: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO join_batch (id, unit_id, name, channel, conversation_on, created_by)
       VALUES ($1, $2, 'A stall', 'stall_card', clock_now()::date - 1, $3)`,
      [id, branch.id, this.stage.organisation.organisers.national.id],
    );
    return id;
  }

  /** A form of a branch; in lists by slug the latest made comes first. */
  async form({ branch }: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(`INSERT INTO form (id, slug, name, unit_id) VALUES ($1, $2, 'A form', $3)`, [
      id,
      `a-form-${1_000_000 - this.next()}`,
      branch.id,
    ]);
    return id;
  }

  /** A key that reaches a branch, of which nobody has the secret. */
  async apiKey({ branch }: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO api_key (id, name, prefix, secret_hash, scopes, unit_id, expires_at)
       VALUES ($1, 'A program', 'blk_', uuid_send($1::uuid), '{people.read}', $2,
               clock_now() + interval '1 day')`,
      [id, branch.id],
    );
    return id;
  }

  /** Puts a branch onto the map. */
  async position({ branch }: Place): Promise<void> {
    await this.sql('UPDATE unit SET latitude = 51.5, longitude = -3.2 WHERE id = $1', [branch.id]);
  }

  /** A rule of a branch, for a ward; rules for wards of before are gone, so that it is on the first page. */
  async coverageRule({ branch }: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(`DELETE FROM coverage_rule WHERE kind = 'ward'`);
    await this.sql(
      `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
       VALUES ($1, 'ward', $2, $3, 'branch')`,
      [id, this.ward(), branch.id],
    );
    return id;
  }

  /** An outcode that no unit covers. */
  async uncoveredOutcode(): Promise<string> {
    await this.sql(`DELETE FROM coverage_rule WHERE prefix = 'LD7'`);
    return 'LD7';
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
