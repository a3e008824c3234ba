/**
 * Completed years of age on a day; somebody born on 29 February has their birthday on 1 March in
 * other years.
 *
 * @param dateOfBirth `YYYY-MM-DD`
 * @param today `YYYY-MM-DD`
 */
export function ageOn(dateOfBirth: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return today.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}

/** Nobody alive was born before; and PostgreSQL knows no year 0. */
const EARLIEST_BIRTH = '1900-01-01';

/** Whether somebody alive may have been born on a day (`YYYY-MM-DD`), as seen on another. */
export function isLikelyBirth(dateOfBirth: string, today: string): boolean {
  return dateOfBirth >= EARLIEST_BIRTH && dateOfBirth <= today;
}

const ADULT_AGE = 18;

/** Whether somebody is under eighteen on a day; both `YYYY-MM-DD`. Nobody is, whose age is unknown. */
export function isMinorOn(dateOfBirth: string | null | undefined, today: string): boolean {
  return dateOfBirth != null && ageOn(dateOfBirth, today) < ADULT_AGE;
}
