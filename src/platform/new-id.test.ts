import { expect, it } from 'vitest';
import { validate, version } from 'uuid';
import { newId } from './new-id.js';

const ids = Array.from({ length: 20_000 }, newId);

it('makes UUIDs of version 7 that carry the time', () => {
  for (const id of ids) expect(validate(id) && version(id) === 7).toBe(true);
  const [first = ''] = ids;
  const madeAt = Number.parseInt(first.replace('-', '').slice(0, 12), 16);
  expect(Math.abs(Date.now() - madeAt)).toBeLessThan(60_000);
});

it('makes each id once, and later ones greater', () => {
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

it('shares no randomness between ids', () => {
  const tails = new Set(ids.map((id) => id.slice(-12)));
  expect(tails.size).toBe(ids.length);
});
