const TELLS_A_TIME =
  /\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:am|pm|noon|weekly|monthly)\b/i;

/**
 * Takes the place out of a meeting text such as “Every Monday, 7.30 pm, Community Centre”: what
 * stands after the last comma and tells no time. A venue is only published where the branch has
 * chosen to, so it must not travel inside `meets`.
 */
export function splitMeetingText(meets: string): { meets: string; venue: string | null } {
  const comma = meets.lastIndexOf(',');
  const place = comma < 0 ? '' : meets.slice(comma + 1).trim();
  if (place === '' || TELLS_A_TIME.test(place)) return { meets, venue: null };
  return { meets: meets.slice(0, comma).trim(), venue: place };
}
