import type { AdminStage } from '../admin/support.js';
import { bearer } from '../admin/support.js';

export interface TestKey {
  readonly id: string;
  readonly secret: string;
}

/** A key that somebody makes over HTTP. */
export async function makeKey(
  stage: AdminStage,
  token: string,
  wanted: { scopes: readonly string[]; unitId: string; expiresAt?: string; name?: string },
): Promise<TestKey> {
  const answer = await stage
    .call()
    .post('/v1/admin/api-keys')
    .set(bearer(token))
    .send({ name: 'A key of tests', expiresAt: inDays(100), ...wanted });
  if (answer.status !== 201) throw new Error(`No key: ${answer.status} ${answer.text}`);
  const { id, secret } = answer.body as TestKey;
  return { id, secret };
}

/** A time so many days from now. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
