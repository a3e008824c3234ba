import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { IntakeAdminService } from '../../../src/join/intake/intake.admin-service.js';
import { IntakeRepository } from '../../../src/join/intake/intake.repository.js';
import { daysAgo, makeOfficer, type Officer } from '../../factories/intake.js';
import { joinPost } from '../../factories/join-post.js';
import { startApplication, type TestApplication } from '../../support/application.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({ worker: false });
});
afterAll(() => app.close());
afterEach(() => vi.restoreAllMocks());

const BATCHES = '/join-submission-batches';

async function makeBatch(officer: Officer): Promise<string> {
  const answer = await officer.post(BATCHES, {
    name: 'Market',
    channel: 'stall_card',
    conversationOn: daysAgo(7),
    defaults: {
      privacyNotice: '2026-10',
      evidence: { kind: 'signed_card', wording: 'card-2026-10' },
    },
  });
  expect(answer.status, answer.text).toBe(201);
  return (answer.body as { id: string }).id;
}
const items = () =>
  Array.from({ length: 3 }, (_none, card) => ({
    ...joinPost({ postcode: 'CF10 1AA' }),
    consent: { email: true },
    card: `${card + 1}`,
  }));

/** Has something happen when the second card is about to be taken, or about to be written. */
function atSecond(when: 'taken' | 'written', happens: () => Promise<unknown>): void {
  let calls = 0;
  const count = async () => {
    if (++calls === 2) await happens();
  };
  if (when === 'taken') {
    const service = app.api.get(IntakeAdminService);
    const take = service.take.bind(service);
    vi.spyOn(service, 'take').mockImplementation(async (...given) => {
      await count();
      return take(...given);
    });
  } else {
    const repository = app.api.get(IntakeRepository);
    const take = repository.take.bind(repository);
    vi.spyOn(repository, 'take').mockImplementation(async (...given) => {
      await count();
      return take(...given);
    });
  }
}

const signOut = (id: string) =>
  app.database.sql(
    'UPDATE organiser_session SET revoked_at = clock_now() WHERE organiser_id = $1',
    [id],
  );
const takeGrants = (id: string) =>
  app.database.sql('DELETE FROM organiser_grant WHERE organiser_id = $1', [id]);

describe('a list of cards in the middle of which', () => {
  it.each([
    ['the session is ended', 'taken', signOut, 401, 'unauthenticated'],
    ['the session is ended at the last moment', 'written', signOut, 401, 'unauthenticated'],
    ['the right is taken away at the last moment', 'written', takeGrants, 403, 'rights_withdrawn'],
    ['the batch gets out of sight', 'taken', takeGrants, 404, 'not_found'],
  ] as const)('%s ends there, and says why', async (_what, when, happens, status, code) => {
    const officer = await makeOfficer(app, 'cardiff');
    const id = await makeBatch(officer);
    atSecond(when, () => happens(officer.id));
    const answer = await officer.post(`${BATCHES}/${id}/submissions`, { items: items() });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    // What was taken before stands; the number of its card makes a repeat harmless.
    vi.restoreAllMocks();
    const colleague = await makeOfficer(app, 'cardiff');
    const read = await colleague.get(`${BATCHES}/${id}`);
    expect(read.body.submissions.taken).toBe(1);
  });

  it('its batch is closed goes on, and says so of each card that is left', async () => {
    const officer = await makeOfficer(app, 'cardiff');
    const id = await makeBatch(officer);
    atSecond('taken', () => officer.patch(`${BATCHES}/${id}`, 1, { closed: true }));
    const { status, body } = await officer.post(`${BATCHES}/${id}/submissions`, { items: items() });
    expect([status, body.taken, body.refused]).toEqual([200, 1, 2]);
    expect(body.items[2].errors).toMatchObject([{ path: 'items.2', code: 'batch_closed' }]);
  });
});
