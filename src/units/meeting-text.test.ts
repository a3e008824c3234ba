import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitMeetingText } from './meeting-text.js';

const TIMES = [
  'Every Monday, 7.30 pm',
  'Every Monday at half past seven',
  'Every second Thursday of the month at 7.30pm',
  'First and third week, Thursday',
  'First Tuesday, 19:00',
  'The 1st and 3rd Wednesday of every month, 19.30',
  '5th of each month',
  'last Friday of the month (except in August), noon',
  'Mondays from 7 to 9 p.m.',
  'Mondays & Wednesdays 7-9pm',
  'Mon–Fri, 10 am until 12 noon, except bank holidays',
  'Alternate Sundays, eleven o’clock',
  'Tuesday evenings, not in December',
  'Weekly, at noon',
  'Monthly',
  '1st Monday in the month, 7 for 7.30 pm',
  'Fortnightly on Saturday mornings in term time',
  'Twice a month, Sun. 14:00',
];

describe('a meeting text', () => {
  it.each([
    ['Every Monday, 7.30 pm, Community Centre', 'Every Monday, 7.30 pm', 'Community Centre'],
    ['First Tuesday, 19:00, The Old Library', 'First Tuesday, 19:00', 'The Old Library'],
    ['Monthly, Friends Meeting House', 'Monthly', 'Friends Meeting House'],
    ['Every Monday,  Town Hall ', 'Every Monday', 'Town Hall'],
    ['Mondays, 7 pm, 12 Private Road, YO21 1AA', 'Mondays, 7 pm', '12 Private Road, YO21 1AA'],
    ['Every Monday, 7.30 pm, 7 Mill Lane', 'Every Monday, 7.30 pm', '7 Mill Lane'],
    ['Mondays 7 pm, 12 Private Road, Whitby', 'Mondays 7 pm', '12 Private Road, Whitby'],
    ['Mondays at 12 Private Road', 'Mondays', '12 Private Road'],
    ['Mondays, 7 pm (12 Private Road)', 'Mondays, 7 pm', '12 Private Road'],
    ['Mondays, 7 pm [12 Private Road]', 'Mondays, 7 pm', '12 Private Road'],
    ['Every Monday (7.30 pm), Town Hall', 'Every Monday (7.30 pm)', 'Town Hall'],
    ['Every Monday (7.30 pm, Town Hall)', 'Every Monday (7.30 pm)', 'Town Hall'],
    ['Every Monday in the Library', 'Every Monday', 'in the Library'],
    ['Mondays @ Flat 2, 1st Floor', 'Mondays', 'Flat 2, 1st Floor'],
    ['Mondays – Town Hall (upstairs)', 'Mondays', 'Town Hall (upstairs)'],
    ['Mondays 7 pm\n12 Private Road', 'Mondays 7 pm', '12 Private Road'],
  ])('%j gives up its place', (text, meets, venue) => {
    expect(splitMeetingText(text)).toEqual({ meets, venue });
  });

  it.each([
    ['Mondays, 7, Mill Lane', 'Mondays', '7, Mill Lane'],
    ['Mondays, 7 pm, Friday Street Hall', 'Mondays, 7 pm', 'Friday Street Hall'],
    ['Mondays, May Road 3', 'Mondays', 'May Road 3'],
    ['Thursday 7 till late', 'Thursday', '7 till late'],
    ['Mondays, Sun Inn', 'Mondays', 'Sun Inn'],
    ['Mondays, The Sun, Mill Lane', 'Mondays', 'The Sun, Mill Lane'],
    ['Mondays, First Avenue', 'Mondays', 'First Avenue'],
    ['Mondays, 2nd floor, Town Hall', 'Mondays', '2nd floor, Town Hall'],
    ['Mondays at Seven Sisters', 'Mondays', 'Seven Sisters'],
    ['Mondays, 12.04 Tower House', 'Mondays', '12.04 Tower House'],
    ['Mondays, 25:00', 'Mondays', '25:00'],
    ['The Old Library, Mondays', null, 'The Old Library, Mondays'],
    ['12 Private Road, Mondays 7 pm', null, '12 Private Road, Mondays 7 pm'],
    ['Friday Street Hall', null, 'Friday Street Hall'],
    ['By arrangement', null, 'By arrangement'],
  ])('%j is in doubt about a place, and keeps it to itself', (text, meets, venue) => {
    expect(splitMeetingText(text)).toEqual({ meets, venue });
  });

  it('of the demonstration organisation reads as before', () => {
    const file = new URL('../../data/demo-organisation.json', import.meta.url);
    const { branches } = JSON.parse(readFileSync(file, 'utf8')) as {
      branches: { meets: string }[];
    };
    expect(branches.length).toBeGreaterThan(20);
    for (const { meets } of branches) {
      expect(splitMeetingText(meets)).toEqual({
        meets: expect.stringMatching(/^Every [A-Z][a-z]+day, 7\.30 pm$/),
        venue: expect.stringMatching(/^[A-Z].* Community Centre$/),
      });
    }
  });

  it.each([...TIMES, 'Every Monday,', ''])('%j names no place', (meets) => {
    expect(splitMeetingText(meets)).toEqual({ meets, venue: null });
  });
});

const PLACES = [
  '12 Private Road, YO21 1AA',
  '7 Mill Lane',
  'Flat 3, 19 High Street',
  'The Old Library',
  'Unit 5, 1st Floor',
  'M14 5RX',
  '30, Oak Avenue',
  'Jo’s, 07700 900123',
];
const time = fc.constantFrom(...TIMES);
const place = fc.constantFrom(...PLACES);
const gap = fc.constantFrom(', ', '; ', ' (', ' – ', ' at ', ', at ', ': ', '\n', ' @ ');
const anything = fc
  .array(
    fc.oneof(
      time,
      place,
      gap,
      fc.constantFrom(
        ' ',
        'Street',
        '7',
        '12',
        '7pm',
        '1st',
        'Monday',
        'May',
        'at',
        'to',
        '-',
        '.',
      ),
      fc.integer({ min: 0, max: 2400 }).map(String),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Clock times, spans of them and ordinals, by a rule of the test's own. */
const TOLD =
  /\d{1,2}([.:]\d{2})?\s*(-|–|—|to|until|till|for)\s*(?=\d{1,2}([.:]\d{2})?\s*[ap]\.?m)|\d{1,2}([.:]\d{2})?\s*[ap]\.?m|\d{1,2}[.:]\d{2}|\d{1,2}\s*o['’]?clock|12\s*(noon|mid)|\d{1,2}(st|nd|rd|th)/giu;

describe('what is published of any meeting text', () => {
  it('has no number but clock times and ordinals', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { meets } = splitMeetingText(text);
        expect((meets ?? '').replaceAll(TOLD, '')).not.toMatch(/\p{Nd}/u);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the time, whatever place stands behind it', () => {
    fc.assert(
      fc.property(time, gap, place, (told, between, where) => {
        const { meets, venue } = splitMeetingText(`${told}${between}${where}`);
        expect({ meets, venue }).toEqual({ meets: told, venue: where });
      }),
    );
  });

  it('is nothing where the place comes first', () => {
    fc.assert(
      fc.property(place, gap, time, (where, between, told) => {
        expect(splitMeetingText(`${where}${between}${told}`).meets).toBeNull();
      }),
    );
  });

  it('stays as it is when it is split once more', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { meets } = splitMeetingText(text);
        if (meets !== null) expect(splitMeetingText(meets)).toEqual({ meets, venue: null });
      }),
      { numRuns: 2000 },
    );
  });

  it('is found as quickly in the longest text', () => {
    for (const part of ['Mondays, ', '1st, ', '7 pm to ', 'First and ', ' ', 'May ', '(']) {
      const text = part.repeat(Math.ceil(500 / part.length));
      const before = performance.now();
      splitMeetingText(`${text}Mill Lane`);
      expect(performance.now() - before).toBeLessThan(200);
    }
  });
});
