import type { PostedDetails, PostedJoin } from './book.js';
import { POSTCODES } from './demo-units.js';
import type { SeededRandom } from './seeded-random.js';

/** Names as people have them; the given name is what tells people apart here. */
const FAMILY_NAMES = ['Example', "O'Example", 'Exámple-Éxemple', undefined, 'van der Example'];

/** Words that a careless program would take for more than words. */
const MESSAGE = `Dear all,
I can help on Tuesdays & Thursdays – “really” <b>any</b> time'); DROP TABLE person; -- {{ 7 * 7 }} 100 %`;

/**
 * Draws up one more person. Every second one sends an Idempotency-Key (and every third of those asks
 * again afterwards), every third has a telephone, every twentieth gives up. What they agree to
 * differs, and so do the unit that they belong to and what else they tell.
 */
export function drawJoin(index: number, random: SeededRandom): Omit<PostedJoin, 'tries'> {
  const givenName = `Q${letters(index)}`;
  const { postcode, unit } = POSTCODES[index % POSTCODES.length]!;
  const hasPhone = index % 3 === 0;
  const isKeyed = random.chance(0.5);
  const keyed = `faults-${index}-${random.between(0, 1e9)}`;
  const asksAgain = random.chance(1 / 3);
  return {
    email: `${givenName.toLowerCase()}@example.org`,
    givenName,
    familyName: FAMILY_NAMES[index % FAMILY_NAMES.length],
    // The numbers that Ofcom keeps for drama.
    phone: hasPhone ? `+447700900${String(index % 1000).padStart(3, '0')}` : undefined,
    postcode,
    unit,
    details: detailsOf(index),
    consents: {
      email: index % 4 !== 3,
      ...(hasPhone ? { sms: index % 2 === 0 } : {}),
      ...(index % 5 === 0 ? { phone: index % 10 === 0 } : {}),
    },
    idempotencyKey: isKeyed ? keyed : undefined,
    asksAgain: isKeyed && asksAgain,
    givesUp: random.chance(0.05),
  };
}

/** The request of a join, the same at every try. */
export function requestFor(join: Omit<PostedJoin, 'tries'>): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(join.idempotencyKey === undefined ? {} : { 'idempotency-key': join.idempotencyKey }),
    },
    body: JSON.stringify(bodyOf(join)),
  };
}

/** What is posted, without what is not said. */
export function bodyOf(join: Omit<PostedJoin, 'tries'>): object {
  const { givenName, familyName, email, phone, postcode, details, consents } = join;
  return {
    givenName,
    ...(familyName === undefined ? {} : { familyName }),
    email,
    ...(phone === undefined ? {} : { phone }),
    postcode,
    ...details,
    consent: { privacyNotice: '2026-11', ...consents },
  };
}

/** Every second one gives an address, every third a date of birth, and so on: by the index alone. */
function detailsOf(index: number): PostedDetails {
  return {
    ...(index % 2 === 0 ? { address: addressOf(index) } : {}),
    // Of full age: a child would belong to the national office.
    ...(index % 3 === 1 ? { dateOfBirth: `${1950 + (index % 50)}-02-28` } : {}),
    ...(index % 4 === 1 ? { message: MESSAGE } : {}),
    ...(index % 5 === 2 ? { interests: ['Housing', 'Bus & tram'] } : {}),
    ...(index % 7 === 3
      ? { source: { page: `https://example.org/join?from=${index}`, utmCampaign: 'café' } }
      : {}),
  };
}

function addressOf(index: number): PostedDetails['address'] {
  const line1 = `${index + 1} O'Connell Street`;
  return index % 4 === 0 ? { line1, line2: 'Flat “B”', town: 'Exámple' } : { line1 };
}

/** Five letters, different for every index. */
function letters(index: number): string {
  const digits = [];
  for (let rest = index, place = 0; place < 5; place += 1, rest = Math.floor(rest / 26)) {
    digits.push(String.fromCharCode(97 + (rest % 26)));
  }
  return digits.reverse().join('');
}
