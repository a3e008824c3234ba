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

const ADULT_AGE = 18;

/** Whether somebody is under eighteen on a day; both `YYYY-MM-DD`. Nobody is, whose age is unknown. */
export function isMinorOn(dateOfBirth: string | null | undefined, today: string): boolean {
  return dateOfBirth != null && ageOn(dateOfBirth, today) < ADULT_AGE;
}
