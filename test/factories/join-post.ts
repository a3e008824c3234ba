/** A join as a web team posts it; each call is somebody else unless told otherwise. */
export function joinPost(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const who = ++people;
  return {
    givenName: 'Sam',
    familyName: `Jones ${letters(who)}`,
    email: `sam.${who}@example.org`,
    postcode: 'M14 5RX',
    consent: { privacyNotice: '2026-11', email: true },
    ...changes,
  };
}

let people = 0;

/** Names have no digits in them, and folding them must not make two people one. */
function letters(count: number): string {
  return count
    .toString(26)
    .replaceAll(/./g, (digit) => 'abcdefghijklmnopqrstuvwxyz'.charAt(parseInt(digit, 26)));
}
