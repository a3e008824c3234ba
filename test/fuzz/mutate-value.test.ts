import { expect, it } from 'vitest';
import { SeededRandom } from '../faults/seeded-random.js';
import { Choices } from './choices.js';
import { encodeJson } from './encode-body.js';
import { mutateValue } from './mutate-value.js';

it('keeps a body within memory, however often its lists are made longer', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const choices = new Choices(new SeededRandom(seed));
    let value: unknown = { rules: [['M14'], ['M15']], name: 'x' };
    // Of the damages that are drawn, those that lengthen are the ones that multiply.
    for (let times = 0; times < 12; times += 1) {
      const { body, done } = mutateValue(value, choices);
      if (done === 'value: lengthen' || done === 'value: wrap') value = body;
    }
    expect(encodeJson(value).length).toBeLessThan(10_000_000);
  }
});
