import { describe, expect, it } from 'vitest';
import { parseFormBody } from '../platform/http/form-body.js';
import { faultsOf } from '../platform/http/schema-faults.js';
import { validateInput } from '../platform/http/schema-validation.pipe.js';
import { joinSchema } from './join.schemas.js';

const GOOD = {
  givenName: 'Sam',
  email: 'sam@example.org',
  postcode: 'M14 5RX',
  consent: { privacyNotice: '2026-11' },
};

/** The faults of an input as `path: code`, sorted; empty when it is taken. */
async function faults(input: unknown): Promise<string[]> {
  const result = validateInput(joinSchema, input);
  if (result.success) return [];
  return faultsOf(result.issues, input)
    .map(({ path, code }) => `${path}: ${code}`)
    .sort();
}
async function taken(input: unknown) {
  const result = validateInput(joinSchema, input);
  if (!result.success) throw new Error(JSON.stringify(result.issues));
  return result.data;
}
const form = (fields: string | Record<string, string>) =>
  parseFormBody(Buffer.from(new URLSearchParams(fields).toString()));
const fields = {
  givenName: 'Sam',
  email: 'sam@example.org',
  postcode: 'M14 5RX',
  'consent.privacyNotice': '2026-11',
};

describe('a join as JSON', () => {
  it('needs no more than a name, a way to reach the person, a postcode and the notice', async () => {
    expect(await taken(GOOD)).toEqual({ ...GOOD, country: 'GB' });
    expect(await taken({ ...GOOD, email: undefined, phone: '07700 900123' })).toBeTruthy();
  });

  it.each([
    [
      {},
      ['consent: required', 'email: contact_required', 'givenName: required', 'postcode: required'],
    ],
    [{ ...GOOD, email: undefined }, ['email: contact_required']],
    [{ ...GOOD, postcode: undefined }, ['postcode: required']],
    [{ ...GOOD, postcode: 'nonsense' }, ['postcode: not_a_postcode']],
    [{ ...GOOD, phone: '123' }, ['phone: invalid_phone']],
    [{ ...GOOD, email: 'sam' }, ['email: invalid_email']],
    [{ ...GOOD, country: 'ZZ' }, ['country: unknown_country']],
    [{ ...GOOD, dateOfBirth: '1990-02-30' }, ['dateOfBirth: invalid_format']],
    [{ ...GOOD, dateOfBirth: '0000-01-01' }, ['dateOfBirth: out_of_range']],
    [{ ...GOOD, dateOfBirth: '1899-12-31' }, ['dateOfBirth: out_of_range']],
    [{ ...GOOD, consent: {} }, ['consent.privacyNotice: required']],
    [{ ...GOOD, consent: { privacyNotice: '1', email: 'yes' } }, ['consent.email: invalid_type']],
    [{ ...GOOD, interests: Array(21).fill('a') }, ['interests: too_big']],
    [{ ...GOOD, newsletter: true }, ['newsletter: unknown_field']],
    [{ ...GOOD, consent: { privacyNotice: '1', post: true } }, ['consent.post: unknown_field']],
    [{ ...GOOD, givenName: ' ' }, ['givenName: too_small']],
    [{ ...GOOD, givenName: 'a\u0000b' }, ['givenName: invalid_characters']],
    [{ ...GOOD, givenName: 'a\ud800' }, ['givenName: invalid_characters']],
  ])('%j is told %j', async (input, expected) => {
    expect(await faults(input)).toEqual(expected);
  });

  it('is told all faults at once, those between fields while others fail too', async () => {
    expect(
      await faults({
        givenName: 5,
        familyName: 'x'.repeat(101),
        phone: '12',
        postcode: 'nonsense',
        dateOfBirth: 'yesterday',
        message: 'a\u0000',
        interests: ['fine', 7],
        consent: { email: 1, sms: null },
        source: { page: '', utm: 'x' },
        extra: 1,
      }),
    ).toEqual([
      'consent.email: invalid_type',
      'consent.privacyNotice: required',
      'consent.sms: invalid_type',
      'dateOfBirth: invalid_format',
      'extra: unknown_field',
      'familyName: too_big',
      'givenName: invalid_type',
      'interests.1: invalid_type',
      'message: invalid_characters',
      'phone: invalid_phone',
      'postcode: not_a_postcode',
      'source.page: too_small',
      'source.utm: unknown_field',
    ]);
    expect(await faults({ givenName: 5, country: 'GB' })).toEqual([
      'consent: required',
      'email: contact_required',
      'givenName: invalid_type',
      'postcode: required',
    ]);
  });

  it('is told of faults between fields beside an address that is none', async () => {
    expect(await faults({ ...GOOD, email: 'sam', phone: '12', postcode: 'nonsense' })).toEqual([
      'email: invalid_email',
      'phone: invalid_phone',
      'postcode: not_a_postcode',
    ]);
  });

  it.each<[unknown]>([[{ toString: 'x' }], [{ toString: null, valueOf: null }], [[]], [7]])(
    'is told that %j is no country, and bears it in the rules about postcodes',
    async (country) => {
      for (const postcode of ['M14 5RX', undefined]) {
        expect(await faults({ ...GOOD, country, postcode })).toEqual(['country: invalid_type']);
      }
    },
  );

  it.each([null, [], 'text', 7, true, [GOOD]])(
    '%j is no join, and breaks nothing',
    async (input) => {
      const told = await faults(input);
      expect(told[0]).toBe(': invalid_type');
    },
  );

  it.each([
    ['GB', 'm145rx'],
    ['UK', 'M14'],
    ['gb', 'QQ1 1AA'],
    ['GB', 'BFPO 105'],
    ['JE', 'JE2 3AB'],
    ['IM', 'IM1 1AA'],
    ['GG', 'GY1 1AA'],
    ['GG', undefined],
    ['IE', 'D02 AF30'],
    ['FR', 'anything goes'],
    ['US', undefined],
  ])('from %s takes the postcode %j', async (country, postcode) => {
    expect(await faults({ ...GOOD, country, postcode })).toEqual([]);
  });

  it.each([
    ['GB', undefined, 'required'],
    ['JE', undefined, 'required'],
    ['IM', undefined, 'required'],
    ['GB', '12345', 'not_a_postcode'],
    ['JE', 'none', 'not_a_postcode'],
  ])('from %s refuses the postcode %j', async (country, postcode, code) => {
    expect(await faults({ ...GOOD, country, postcode })).toEqual([`postcode: ${code}`]);
  });

  it('reads a phone number as people of that country write it', async () => {
    const abroad = { ...GOOD, country: 'IE', postcode: undefined };
    expect(await faults({ ...abroad, phone: '085 012 3456' })).toEqual([]);
    expect(await faults({ ...GOOD, phone: '085 012 3456 789' })).toEqual(['phone: invalid_phone']);
  });
});

describe('a join as a form post', () => {
  it('reads on, true, 1 and yes as true and anything else as false', async () => {
    for (const [word, meant] of Object.entries({
      on: true,
      true: true,
      '1': true,
      yes: true,
      YES: true,
      off: false,
      no: false,
      '0': false,
      x: false,
    })) {
      const { consent } = await taken(form({ ...fields, 'consent.email': word }));
      expect(consent.email, word).toBe(meant);
    }
    expect((await taken(form(fields))).consent).toEqual({ privacyNotice: '2026-11' });
  });

  it('ignores names that it does not know, at every level', async () => {
    const strange = {
      ...fields,
      _wpnonce: 'x',
      'consent.fax': 'on',
      'your-name': 'y',
      __proto__x: 'z',
    };
    expect(await taken(form(strange))).toEqual(await taken(form(fields)));
  });

  it('takes blanks as absent', async () => {
    const blanks = { ...fields, familyName: '', phone: ' ', dateOfBirth: '', 'address.town': '' };
    expect(await taken(form(blanks))).toEqual(await taken(form(fields)));
    expect(await faults(form({ ...fields, givenName: ' ' }))).toEqual(['givenName: required']);
  });

  it('takes one interest as a list of one', async () => {
    expect((await taken(form({ ...fields, interests: 'stalls' }))).interests).toEqual(['stalls']);
    const several = `${new URLSearchParams(fields).toString()}&interests=a&interests=b`;
    expect((await taken(form(several))).interests).toEqual(['a', 'b']);
  });

  it('is the same input as the JSON of the same content', async () => {
    expect(await taken(form({ ...fields, 'consent.sms': 'on', 'address.town': 'Leeds' }))).toEqual(
      await taken({
        ...GOOD,
        consent: { privacyNotice: '2026-11', sms: true },
        address: { town: 'Leeds' },
      }),
    );
  });

  it('is told all faults at once too', async () => {
    expect(
      await faults(form({ phone: '12', postcode: 'nonsense', 'consent.email': 'on', more: 'x' })),
    ).toEqual([
      'consent.privacyNotice: required',
      'givenName: required',
      'phone: invalid_phone',
      'postcode: not_a_postcode',
    ]);
  });
});
