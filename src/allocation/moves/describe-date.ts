const date = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A day (`YYYY-MM-DD`) as it is said in a sentence: `3 March 2027`. */
export function describeDate(day: string): string {
  return date.format(new Date(`${day}T00:00:00Z`));
}
