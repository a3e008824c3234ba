/**
 * Makes the body of one join after another, each of a different person with an email and a phone of
 * their own, all over the organisation. Nothing of it leaves this machine.
 *
 * @param series keeps the people of several runs on one database apart.
 */
export function joinPosts(series: number): () => string {
  let count = 0;
  return () => {
    const who = series * 10_000_000 + count;
    count += 1;
    return JSON.stringify({
      givenName: 'Sam',
      familyName: `Jones ${letters(who)}`,
      email: `sam.${who}@example.org`,
      phone: `+447${400_000_000 + who}`,
      postcode: POSTCODES[who % POSTCODES.length],
      consent: { privacyNotice: '2026-11', email: true, sms: true },
      source: { page: 'https://www.example.org/join' },
    });
  };
}

const POSTCODES = ['M14 5RX', 'LS6 2AA', 'CF10 1EP', 'SW1A 1AA', 'EH1 1YZ', 'BT1 5GS', 'NR1 3JU'];

/** Names have no digits in them, and folding them must not make two people one. */
function letters(count: number): string {
  return count
    .toString(26)
    .split('')
    .map((digit) => String.fromCodePoint(97 + Number.parseInt(digit, 26)))
    .join('');
}
