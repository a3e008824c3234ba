import type { Fault } from '../platform/http/problem.js';
import { valueAt } from '../platform/http/schema-faults.js';
import {
  ADDRESS_FIELDS,
  AGREEMENT_FIELD,
  idOf,
  agreementText,
  BIRTH_FIELD,
  CHANNEL_FIELDS,
  COUNTRY_FIELD,
  MESSAGE_FIELD,
  NAME_FIELDS,
  NEAR_COUNTRIES,
  OTHER_COUNTRIES,
  PLACE_FIELDS,
  REACH_FIELDS,
  SOURCE_FIELDS,
  type TextField,
} from './join-form-fields.js';
import { JoinFormFaults } from './join-form-faults.js';
import type { Question } from './forms/form-questions.js';
import { answerPath, questionView } from './join-form-questions.js';

/** What the hosted form is made from. */
export interface JoinFormInput {
  /** The form body as it came, unchecked: texts, lists and objects of any depth. */
  readonly body?: unknown;
  /** The query of the page's own address, unchecked. */
  readonly query?: unknown;
  /** Why the post was not taken. */
  readonly problem?: {
    readonly status: number;
    readonly code: string;
    readonly errors?: readonly Fault[] | undefined;
  };
  /**
   * Whether the post came from our own page, where the agreement is a box. Elsewhere it may have
   * been a hidden field: the page then asks for it again instead of showing it as ticked.
   */
  readonly isOurs?: boolean;
}

/** Where the form stands. */
export interface JoinFormSetting {
  readonly privacyNoticeVersion: string;
  /** Name of the organisation; null before one is imported. */
  readonly organisation: string | null;
  /** Address of the hosted form. */
  readonly ownPage: string;
  /** As the post names the form; null of the installation's own, which need not be named. */
  readonly formId?: string | null;
  /** What it asks besides. */
  readonly questions?: readonly Question[];
}

/** A field as `templates/pages/join-field.liquid` shows it. */
interface FieldView {
  readonly [name: string]: string | boolean | null;
}

interface Banner {
  readonly title: string;
  readonly text: string;
}

const TRUE_WORDS = new Set(['on', 'true', '1', 'yes']);
const CARRIED_LISTS = ['interests'] as const;
const LONGEST_CARRIED_LIST = 20;
const LONGEST_POSTCODE = 100;

/**
 * What `templates/pages/join.liquid` shows: an empty form, or what was typed with the faults beside
 * the fields. Nothing of a hostile body is trusted: what is not a text is taken as not typed.
 */
export function joinFormView(input: JoinFormInput, setting: JoinFormSetting) {
  const { problem } = input;
  const body = input.body ?? fromFinder(input.query);
  const { privacyNoticeVersion, organisation, questions = [] } = setting;
  const isAgreed =
    input.isOurs === true && textIn(body, AGREEMENT_FIELD.path) === privacyNoticeVersion;
  const faults = new JoinFormFaults(
    problem?.errors ?? [],
    questions.map(({ key, label }) => ({ path: answerPath(key), label })),
  );
  // What is asked for again has to be seen in the same round as the other faults.
  if (!isAgreed && faults.isAny) faults.add({ path: AGREEMENT_FIELD.path, message: '' });
  const field = (spec: TextField): FieldView => textField(spec, body, faults);
  const more = [...ADDRESS_FIELDS, BIRTH_FIELD].map(field);
  const message = { ...plain(MESSAGE_FIELD, faults), value: textIn(body, MESSAGE_FIELD.path) };
  const agreement = {
    ...plain(AGREEMENT_FIELD, faults),
    value: privacyNoticeVersion,
    text: agreementText(organisation),
    isTicked: isAgreed,
  };
  return {
    names: NAME_FIELDS.map(field),
    reach: REACH_FIELDS.map(field),
    place: PLACE_FIELDS.map(field),
    country: { ...plain(COUNTRY_FIELD, faults), value: countryIn(body) },
    nearCountries: NEAR_COUNTRIES,
    otherCountries: OTHER_COUNTRIES,
    questions: questions.map((question) => {
      const path = answerPath(question.key);
      return questionView(question, valueIn(body, path), faults.of(path));
    }),
    more,
    message,
    isMoreOpen: [...more, message].some(({ value, fault }) => value !== '' || fault !== null),
    agreement,
    channels: CHANNEL_FIELDS.map((spec) => ({
      ...plain(spec, faults),
      isTicked: isYes(valueIn(body, spec.path)),
    })),
    hidden: carriedFields(input, faults, setting),
    ...outcome(input, faults),
  };
}

/** What is said above the form. */
function outcome({ problem }: JoinFormInput, faults: JoinFormFaults) {
  const none = { summary: [], count: 0, isCarriedFault: false, banner: null };
  if (problem === undefined) return none;
  const { summary, isCarriedFault } = faults;
  if (summary.length === 0 && !isCarriedFault)
    return { ...none, banner: bannerFor(problem.status) };
  return { ...none, summary, count: summary.length, isCarriedFault };
}

function bannerFor(status: number): Banner {
  if (status === 503) {
    return {
      title: 'We could not save this just now',
      text: 'Nothing is lost: everything you typed is still here. Please wait a moment and press the button again.',
    };
  }
  if (status === 429) {
    return {
      title: 'Very many people are joining just now',
      text: 'Nothing is lost: everything you typed is still here. Please wait a minute and press the button again.',
    };
  }
  return {
    title: 'We could not take this yet',
    text: 'Everything you typed is still here. Please press the button again.',
  };
}

/**
 * What the page sends along unseen: the link's source, and what a foreign form had sent. What has a
 * fault is left out, since nobody could put it right here.
 */
function carriedFields(
  { body, query }: JoinFormInput,
  faults: JoinFormFaults,
  { ownPage, formId = null }: JoinFormSetting,
) {
  const fields: { name: string; value: string }[] = [];
  const carry = (name: string, value: string): void => {
    if (value !== '' && !faults.touches(name)) fields.push({ name, value });
  };
  for (const { path, parameter, max } of SOURCE_FIELDS) {
    if (body !== undefined) carry(path, textIn(body, path));
    else carry(path, fromLink(query, parameter, max) || (path === 'source.page' ? ownPage : ''));
  }
  for (const name of CARRIED_LISTS) {
    const values = valueIn(body, name);
    for (const value of (Array.isArray(values) ? values : [values]).slice(
      0,
      LONGEST_CARRIED_LIST,
    )) {
      if (typeof value === 'string') carry(name, value);
    }
  }
  carry('formId', formId ?? textIn(body, 'formId'));
  return fields;
}

/** A parameter of the page's own address; cut to what the form takes, without what it refuses. */
function fromLink(query: unknown, parameter: string, max: number): string {
  return textIn(query, parameter)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .slice(0, max)
    .replaceAll(/\p{Cs}/gu, '')
    .trim();
}

/** What the link from “find your branch” brings along: the postcode, to be seen and to be changed. */
function fromFinder(query: unknown): object | undefined {
  const postcode = fromLink(query, 'postcode', LONGEST_POSTCODE);
  return postcode === '' ? undefined : { postcode };
}

function textField(spec: TextField, body: unknown, faults: JoinFormFaults): FieldView {
  const value = textIn(body, spec.path);
  // A date field shows nothing that is no date: what was typed elsewhere must not be lost.
  const type = spec.type === 'date' && !/^(?:\d{4}-\d\d-\d\d)?$/.test(value) ? 'text' : spec.type;
  return {
    ...plain(spec, faults),
    type,
    value,
    autocomplete: spec.autocomplete,
    inputmode: spec.inputmode ?? null,
    capitals: spec.capitals ?? null,
    isNeeded: spec.isNeeded ?? false,
  };
}

function plain(spec: { path: string; label: string; hint?: string }, faults: JoinFormFaults) {
  const id = idOf(spec.path);
  const fault = faults.of(spec.path);
  const describedBy = [spec.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return {
    id,
    name: spec.path,
    label: spec.label,
    hint: spec.hint ?? null,
    fault,
    describedBy: describedBy || null,
  };
}

function valueIn(body: unknown, path: string): unknown {
  const value = valueAt(body, path.split('.'));
  // Foreign forms know one address field; its text is not to be lost.
  if (value === undefined && path === 'address.line1') return valueAt(body, ['address']);
  return value;
}

/** The text at a path; of one that was given twice, the last. Anything else was not typed. */
function textIn(body: unknown, path: string): string {
  const value = valueIn(body, path);
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : '';
}

/** The code of the posted country, which foreign forms may write out; empty for one unknown. */
function countryIn(body: unknown): string {
  const posted = textIn(body, COUNTRY_FIELD.path).trim().toUpperCase();
  if (posted === '' || posted === 'UK') return 'GB';
  return (
    COUNTRIES.find(({ code, name }) => code === posted || name.toUpperCase() === posted)?.code ?? ''
  );
}

const COUNTRIES = [...NEAR_COUNTRIES, ...OTHER_COUNTRIES];

/** A box may have been read already (`true`) or be as it was posted (`on`). */
function isYes(value: unknown): boolean {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return last === true || (typeof last === 'string' && TRUE_WORDS.has(last.trim().toLowerCase()));
}
