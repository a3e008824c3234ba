import { COUNTRY_CODES } from '../platform/http/country.schema.js';

/** One text field of the hosted form. `path` is its name in the post and in faults. */
export interface TextField {
  readonly path: string;
  readonly label: string;
  readonly hint?: string;
  readonly type: 'text' | 'email' | 'tel' | 'date';
  /** A token of HTML 4.10.18.7.1, so that browsers fill it in; WCAG 2.2, 1.3.5. */
  readonly autocomplete: string;
  readonly inputmode?: 'email' | 'tel';
  readonly capitals?: 'words' | 'characters' | 'none';
  readonly isNeeded?: boolean;
}

export const NAME_FIELDS: readonly TextField[] = [
  {
    path: 'givenName',
    label: 'First name',
    type: 'text',
    autocomplete: 'given-name',
    capitals: 'words',
    isNeeded: true,
  },
  {
    path: 'familyName',
    label: 'Last name (optional)',
    type: 'text',
    autocomplete: 'family-name',
    capitals: 'words',
  },
];

export const REACH_FIELDS: readonly TextField[] = [
  {
    path: 'email',
    label: 'Email address',
    type: 'email',
    autocomplete: 'email',
    inputmode: 'email',
    capitals: 'none',
  },
  { path: 'phone', label: 'Phone number', type: 'tel', autocomplete: 'tel', inputmode: 'tel' },
];

export const PLACE_FIELDS: readonly TextField[] = [
  {
    path: 'postcode',
    label: 'Postcode',
    hint: 'It finds your branch. The first half will do, such as M14. Outside the United Kingdom you may leave it empty.',
    type: 'text',
    autocomplete: 'postal-code',
    capitals: 'characters',
  },
];

export const ADDRESS_FIELDS: readonly TextField[] = [
  { path: 'address.line1', label: 'Address', type: 'text', autocomplete: 'address-line1' },
  {
    path: 'address.line2',
    label: 'Address, second line',
    type: 'text',
    autocomplete: 'address-line2',
  },
  { path: 'address.town', label: 'Town', type: 'text', autocomplete: 'address-level2' },
];

export const BIRTH_FIELD: TextField = {
  path: 'dateOfBirth',
  label: 'Date of birth',
  hint: 'If you are under 18, it tells us to take special care.',
  type: 'date',
  autocomplete: 'bday',
};

export const MESSAGE_FIELD = { path: 'message', label: 'Anything you want to tell us' } as const;
export const COUNTRY_FIELD = { path: 'country', label: 'Country' } as const;
/** The agreement; its value is the version of the privacy notice that it is given to. */
export const AGREEMENT_FIELD = { path: 'consent.privacyNotice', label: 'Your agreement' } as const;

/**
 * What the box says that must be ticked. That somebody wants to join shows a political opinion or
 * union membership, which may be kept with explicit consent: an express statement of one's own,
 * never a box ticked beforehand (UK GDPR, article 9(2)(a)). A change of the words changes
 * `JoinForm.wordingVersion`.
 */
export function agreementText(organisation: string | null): string {
  return `I agree that ${organisation ?? 'the organisation'} keeps what I have written here, including what it shows about my opinions, and uses it to get in touch with me about joining. I can take this back at any time.`;
}

/** What may be said yes to. None is ticked beforehand: silence is no consent (UK GDPR, recital 32). */
export const CHANNEL_FIELDS = [
  { path: 'consent.email', label: 'Yes, by email' },
  { path: 'consent.sms', label: 'Yes, by text message' },
  { path: 'consent.phone', label: 'Yes, by phone' },
] as const;

/** Fields that the page carries along unseen; all but the first come from a link's own address. */
export const SOURCE_FIELDS = [
  { path: 'source.page', parameter: 'page', max: 2000 },
  { path: 'source.referrer', parameter: 'referrer', max: 2000 },
  { path: 'source.campaign', parameter: 'campaign', max: 200 },
  { path: 'source.utmSource', parameter: 'utm_source', max: 200 },
  { path: 'source.utmMedium', parameter: 'utm_medium', max: 200 },
  { path: 'source.utmCampaign', parameter: 'utm_campaign', max: 200 },
] as const;

export interface CountryChoice {
  readonly code: string;
  readonly name: string;
}

const countryName = new Intl.DisplayNames('en-GB', { type: 'region' });
const choiceOf = (code: string): CountryChoice => ({ code, name: countryName.of(code) ?? code });

/** Where most people live who join, first. */
export const NEAR_COUNTRIES: readonly CountryChoice[] = ['GB', 'IE', 'IM', 'JE', 'GG'].map(
  choiceOf,
);

const nearCodes = new Set(NEAR_COUNTRIES.map(({ code }) => code));

/** All others by name. */
export const OTHER_COUNTRIES: readonly CountryChoice[] = [...COUNTRY_CODES]
  .filter((code) => !nearCodes.has(code))
  .map(choiceOf)
  .sort((one, other) => one.name.localeCompare(other.name, 'en-GB'));

/** The id of a field's element on the page. */
export function idOf(path: string): string {
  return path.replaceAll('.', '-');
}
