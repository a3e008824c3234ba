import type { Nation } from '../postcode-locator.js';

/** The nations by their number in a snapshot. The order is part of the format. */
export const NATIONS: readonly Nation[] = ['england', 'wales', 'scotland', 'northern-ireland'];
