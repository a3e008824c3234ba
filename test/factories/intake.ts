import request, { type Response } from 'supertest';
import type { Role } from '../../src/organisers/permissions.js';
import { londonDay } from '../../src/platform/time/london-day.js';
import type { TestApplication } from '../support/application.js';
import { giveGrant, makeOrganiser, TEST_PASSWORD } from './organisation.js';
import { joinPost } from './join-post.js';

/** A day in London, so many days before today. */
export function daysAgo(days: number): string {
  return londonDay(new Date(Date.now() - days * 24 * 3600_000));
}

/** A stall card as an organiser types it; each call is somebody else unless told otherwise. */
export function stallCard(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...joinPost({ postcode: 'CF10 1AA' }),
    channel: 'stall_card',
    conversation: { on: daysAgo(3) },
    consent: {
      privacyNotice: '2026-11',
      email: true,
      evidence: { kind: 'signed_card', reference: 'box 3', wording: 'card-2026-10' },
    },
    ...changes,
  };
}

export interface Officer {
  readonly id: string;
  readonly token: string;
  post(path: string, body?: object | string, headers?: Record<string, string>): Promise<Response>;
  get(path: string): Promise<Response>;
  patch(path: string, version: number, body: object): Promise<Response>;
  /** Takes one card, which has to succeed, and answers its id. */
  take(changes?: Record<string, unknown>): Promise<string>;
}

let officers = 0;

/** Somebody with a role on a unit of the demo organisation, signed in. Paths are below /v1/admin. */
export async function makeOfficer(
  { url, database }: Pick<TestApplication, 'url' | 'database'>,
  unit: string,
  role: Role = 'branch_secretary',
): Promise<Officer> {
  const [found] = await database.sql<{ id: string }>(
    "SELECT id FROM unit WHERE slug = $1 OR ($1 = 'national' AND kind = 'national')",
    [unit],
  );
  if (found === undefined) throw new Error(`There is no unit ${unit}.`);
  const { id, email } = await makeOrganiser(database, `officer.${++officers}@example.org`);
  await giveGrant(database, id, role, found.id);
  const signedIn = await request(url)
    .post('/v1/admin/sessions')
    .send({ email, password: TEST_PASSWORD })
    .expect(201);
  const { token } = signedIn.body as { token: string };
  const authorization = { Authorization: `Bearer ${token}` };
  const officer: Officer = {
    id,
    token,
    post: (path, body, headers = {}) =>
      request(url)
        .post(`/v1/admin${path}`)
        .set({ ...authorization, 'Content-Type': 'application/json', ...headers })
        .send(body),
    get: (path) => request(url).get(`/v1/admin${path}`).set(authorization),
    patch: (path, version, body) =>
      request(url)
        .patch(`/v1/admin${path}`)
        .set({ ...authorization, 'If-Match': `"${version}"` })
        .send(body),
    take: async (changes = {}) => {
      const answer = await officer.post('/join-submissions', stallCard(changes));
      if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
      return (answer.body as { id: string }).id;
    },
  };
  return officer;
}
