import { expect, it } from 'vitest';
import { seededRandom } from '../faults/seeded-random.js';
import { Choices } from './choices.js';
import { encodeJson } from './encode-body.js';
import { mutateValue } from './mutate-value.js';

it('keeps a body within bounds when one long list comes to stand within another', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const choices = new Choices(seededRandom(seed));
    let value: unknown = { rules: [['M14'], ['M15']] };
    for (let lengthened = 0; lengthened < 2;) {
      const { body, done } = mutateValue(value, choices);
      if (done !== 'value: lengthen') continue;
      value = body;
      lengthened += 1;
    }
    expect(encodeJson(value).length).toBeLessThan(300_000);
  }
});
