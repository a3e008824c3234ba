import { describe, expect, it } from 'vitest';
import type { PostedJoin, StoredJoin } from './book.js';
import { changing, faultsOf, type Forgery } from './forged-round.fixture.js';
import { answer, posted, postedBy, stored, storedPerson, tried } from './honest-round.fixture.js';

const storedAs = (changes: Partial<StoredJoin>): Forgery => ({
  stored: changing('Qaaaac', changes),
});
const answeredAs = (changes: Partial<ReturnType<typeof answer>>): Partial<PostedJoin> => ({
  tries: [
    tried('answered', { answer: { body: { ...answer('Qaaaac'), ...changes }, replayed: false } }),
  ],
});

describe('what is stored of a join', () => {
  it.each<[string, Forgery, RegExp]>([
    [
      'a join that was answered and is not stored',
      {
        stored: (all) => all.slice(0, 2),
        mails: (all) => all.filter(({ messageId }) => !messageId.endsWith('Qaaaac>')),
      },
      /qaaaac@example\.org was answered 201 with id-Qaaaac, which is not stored/,
    ],
    [
      'a join that was stored under another id than its answer says',
      storedAs({ id: 'id-other' }),
      /qaaaac@example\.org was answered 201 with id-Qaaaac, which is not stored/,
    ],
    [
      'a join that was stored twice',
      { stored: (all) => [...all, stored('Qaaaac', { id: 'id-second' })] },
      /qaaaac@example\.org was stored 2 times/,
    ],
    [
      'a join without an answer that was posted again and again',
      { joins: (all) => all.map((join) => ({ ...join, tries: [] })) },
      /qaaaaa@example\.org was never answered/,
    ],
    [
      'a submission that nobody posted',
      { stored: (all) => [...all, stored('Qzzzzz')] },
      /id-Qzzzzz was stored, and nobody posted it/,
    ],
    [
      'another given name',
      storedAs({ people: [storedPerson('Sam')] }),
      /its people are \[\{"givenName":"Sam".*not \[\{"givenName":"Qaaaac"/,
    ],
    [
      'no family name',
      storedAs({ people: [storedPerson('Qaaaac', { familyName: null })] }),
      /its people are .*"familyName":null/,
    ],
    [
      'a person of another unit',
      storedAs({ people: [storedPerson('Qaaaac', { unit: 'hull' })] }),
      /its people are .*"unit":"hull"/,
    ],
    ...(
      [
        ['postcode', 'LS6 2AB'],
        ['country', 'IM'],
        ['dateOfBirth', '1970-03-01'],
        ['dateOfBirth', null],
        ['addressLine1', null],
        ['addressLine2', 'Leeds'],
        ['town', 'Hull'],
      ] as const
    ).map(([field, value]): [string, Forgery, RegExp] => [
      `${value ?? 'nothing'} for the ${field} that was posted`,
      storedAs({ people: [storedPerson('Qaaaac', { [field]: value })] }),
      new RegExp(`its people are .*"${field}":${JSON.stringify(value)}.*, not `),
    ]),
    ...(
      [
        ['another message', { message: 'I cannot help.' }],
        ['a post without its source', { source: undefined }],
        ['a telephone in another spelling', { phone: '07700 900000' }],
        ['a post with what nobody said', { interests: [] }],
      ] as const
    ).map(([what, changes]): [string, Forgery, RegExp] => [
      what,
      storedAs({ posted: JSON.parse(JSON.stringify({ ...postedBy('Qaaaac'), ...changes })) }),
      /qaaaac@example\.org: its posted are \{"givenName":"Qaaaac".*, not \{"givenName"/,
    ]),
    [
      'one person made twice',
      storedAs({ people: [...stored('Qaaaac').people, ...stored('Qaaaac').people] }),
      /qaaaac@example\.org: its people are/,
    ],
    ['no telephone', storedAs({ phone: null }), /its phone are null, not "\+447700900000"/],
    [
      'a telephone that was not posted',
      { joins: changing<PostedJoin>('Qaaaac', { phone: undefined }) },
      /its phone are "\+447700900000", not null/,
    ],
    [
      'an address that is somebody else’s, too',
      storedAs({ contactPoints: ['email qaaaac@example.org', 'email sam@example.org'] }),
      /its contactPoints are \["email qaaaac@example.org","email sam@example.org"\]/,
    ],
    [
      'an allocation elsewhere',
      storedAs({ allocations: ['hull'] }),
      /its allocations are \["hull"\]/,
    ],
    ['no allocation', storedAs({ allocations: [] }), /its allocations are \[\], not \["leeds"\]/],
    ['a submission elsewhere', storedAs({ handlings: ['hull'] }), /its handlings are \["hull"\]/],
    ['a duty elsewhere', storedAs({ followUps: ['hull'] }), /its followUps are \["hull"\]/],
    ['no duty', storedAs({ followUps: [] }), /its followUps are \[\], not \["leeds"\]/],
    [
      'a consent that was refused and is stored as granted',
      storedAs({ consents: ['email granted', 'sms granted'] }),
      /its consents are \["email granted","sms granted"\], not \["email granted","sms refused"\]/,
    ],
    ['a consent that is missing', storedAs({ consents: ['email granted'] }), /its consents are/],
    [
      'nothing that will remind of it',
      { stored: (all) => all.map((one) => ({ ...one, remindersWaiting: 0 })) },
      /id-Qaaaab has 0 remindersWaiting instead of 1/,
    ],
    [
      'no notice to be sent',
      storedAs({ messages: stored('Qaaaac').messages.slice(0, 1) }),
      /id-Qaaaac has the messages join_acknowledgement/,
    ],
    [
      'another answer than was given',
      storedAs({ answer: { ...answer('Qaaaac'), reference: 'J-other' } }),
      /qaaaac@example\.org: its answer is stored as another/,
    ],
    [
      'an answer of another unit than the postcode’s',
      {
        joins: changing(
          'Qaaaac',
          answeredAs({ branch: { slug: 'hull', name: 'Hull', distanceKm: 1, meets: null } }),
        ),
      },
      /qaaaac@example\.org was answered hull, not leeds/,
    ],
    [
      'an answer with the contact of another unit',
      {
        joins: changing(
          'Qaaaac',
          answeredAs({ contact: { name: 'Hull', phone: null, email: 'hull@example.org' } }),
        ),
      },
      /was told to write to hull@example\.org, not leeds@example\.org/,
    ],
    [
      'a keyed post whose answer is not kept',
      { evidence: { keys: [] } },
      /qaaaab@example\.org: its answer is not kept under its key/,
    ],
    [
      'a key with another answer',
      {
        joins: (all) => all.map((join) => ({ ...join, idempotencyKey: 'key-Qaaaab' })),
      },
      /qaaaac@example\.org: another answer is kept under its key/,
    ],
  ])('complains of %s', (_forgery, forge, complaint) => {
    expect(faultsOf(forge)).toMatch(complaint);
  });

  it('does not look for the key of a post that had none', () => {
    const joins: Forgery['joins'] = (all) => [...all.slice(0, 1), posted('Qaaaac')];
    expect(faultsOf({ joins, evidence: { keys: [] } })).not.toMatch(/under its key/);
  });
});
