import { describe, expect, it } from 'vitest';
import { splitMeetingText } from './meeting-text.js';

describe('a meeting text', () => {
  it.each([
    ['Every Monday, 7.30 pm, Community Centre', 'Every Monday, 7.30 pm', 'Community Centre'],
    ['First Tuesday, 19:00, The Old Library', 'First Tuesday, 19:00', 'The Old Library'],
    ['Monthly, Friends Meeting House', 'Monthly', 'Friends Meeting House'],
    ['Every Monday,  Town Hall ', 'Every Monday', 'Town Hall'],
  ])('%j gives up its place', (text, meets, venue) => {
    expect(splitMeetingText(text)).toEqual({ meets, venue });
  });

  it.each([
    'Every Monday, 7.30 pm',
    'Every Monday at half past seven',
    'First and third week, Thursday',
    'Weekly, at noon',
    'Every Monday,',
    '',
  ])('%j names no place after its last comma', (meets) => {
    expect(splitMeetingText(meets)).toEqual({ meets, venue: null });
  });
});
