import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MovesStage } from './moves-stage.js';
import { faultsOfAllocations } from './people-in-bulk.js';
import { PEOPLE, QUARTER, RunsStage } from './runs-stage.js';

let bench: RunsStage;
let stage: MovesStage;
beforeAll(async () => {
  bench = await RunsStage.open();
  ({ stage } = bench);
});
afterAll(() => stage.close());
beforeEach(() => bench.begin());

/** CF10 becomes Swansea's. */
const begin = async () => {
  const { units } = stage.organisation;
  const shown = await bench.finishedDryRun({ add: [{ unitId: units.swansea.id, code: 'CF10' }] });
  return (await bench.recompute(shown.id).expect(202)).body as { id: string };
};
const joinOf = (email: string) => stage.join({ email, postcode: 'CF10 1AA' });
const makeDue = () => stage.database.sql('UPDATE outbox SET available_at = clock_now()');

/** Holds up the join of this address after it has read the version of the organisation. */
async function holdUp(email: string): Promise<Client> {
  const holder = new Client({ connectionString: stage.database.ownerUrl });
  // What a failed test leaves open goes with the database.
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`contact:${email}`]);
  return holder;
}

async function joinsHeldUp(count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = await stage.database.sql(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`,
      );
      expect(waiting).toHaveLength(count);
    },
    { timeout: 10_000, interval: 20 },
  );
}

describe('a join that is under way while a recompute begins', () => {
  it('is waited for, and decided by the new rules like everybody else', async () => {
    const holder = await holdUp('late@example.org');
    const late = joinOf('late@example.org');
    await joinsHeldUp(1);
    const { id } = await begin();
    const look = async () => {
      await makeDue();
      await bench.nextSlice();
      const held = await bench.read(id);
      expect(held).toMatchObject({ state: 'running', progress: { seen: 0, total: null } });
    };
    await look();
    // This one begins afterwards, and knows the new rules: nobody waits for it.
    const next = await holdUp('next@example.org');
    const later = joinOf('next@example.org');
    await joinsHeldUp(2);
    await look();
    await makeDue();
    await holder.query('COMMIT');
    await holder.end();
    const { personId } = await late;
    expect(await stage.allocations(personId)).toMatchObject([{ unit: 'cardiff' }]);
    await stage.runDueJobs();
    const done = await bench.read(id);
    expect(done).toMatchObject({
      state: 'finished',
      progress: { seen: PEOPLE + 1, total: PEOPLE + 1 },
      counts: { moved: QUARTER + 1 },
    });
    expect(await stage.allocations(personId)).toMatchObject([
      { unit: 'cardiff', current: false },
      { unit: 'swansea', current: true },
    ]);
    await next.query('COMMIT');
    await next.end();
    expect(await stage.allocations((await later).personId)).toEqual([
      { method: 'coverage_rule', unit: 'swansea', current: true },
    ]);
    expect(await faultsOfAllocations(stage)).toEqual([]);
  });
});

describe('somebody who joins while a recompute goes on', () => {
  it('and was decided from other reference data or an older organisation is decided, too', async () => {
    const { id } = await begin();
    await bench.nextSlice();
    const stale = await Promise.all(['one', 'two', 'three'].map((n) => joinOf(`${n}@example.org`)));
    const fresh = await joinOf('fresh@example.org');
    // As a process would have written them that had not read the newest data yet.
    for (const [index, { personId }] of stale.entries()) {
      await stage.database.sql(
        `UPDATE allocation SET unit_id = $2, branch_id = $2, rule_prefix = 'CF',
                directory_version = CASE WHEN $3 THEN directory_version - 1 ELSE directory_version END,
                dataset_version = CASE WHEN $3 THEN dataset_version ELSE 'an older one' END
          WHERE person_id = $1`,
        [personId, stage.organisation.units.cardiff.id, index === 0],
      );
      await stage.database.sql('UPDATE person SET unit_id = $2 WHERE id = $1', [
        personId,
        stage.organisation.units.cardiff.id,
      ]);
    }
    await stage.runDueJobs();
    const done = await bench.read(id);
    expect(done).toMatchObject({ state: 'finished', counts: { moved: QUARTER + 3 } });
    expect(done.progress.seen).toBe(done.progress.total);
    for (const { personId } of stale) {
      expect((await stage.allocations(personId)).map(({ unit }) => unit)).toEqual([
        'cardiff',
        'swansea',
      ]);
    }
    expect(await stage.allocations(fresh.personId)).toHaveLength(1);
    expect(done.moves).toMatchObject([{ people: QUARTER + 3 }]);
    expect(await faultsOfAllocations(stage)).toEqual([]);
  });
});
