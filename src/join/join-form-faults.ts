import type { Fault } from '../platform/http/problem.js';
import {
  ADDRESS_FIELDS,
  AGREEMENT_FIELD,
  BIRTH_FIELD,
  CHANNEL_FIELDS,
  COUNTRY_FIELD,
  idOf,
  MESSAGE_FIELD,
  NAME_FIELDS,
  PLACE_FIELDS,
  REACH_FIELDS,
} from './join-form-fields.js';

/** Faults of a whole object, said of the field that stands for it on the page. */
const FAULTS_OF_OBJECTS: Readonly<Record<string, { path: string; message?: string }>> = {
  address: { path: 'address.line1', message: 'Please check your address.' },
  consent: { path: AGREEMENT_FIELD.path },
};

/** Where the page asks in another way than the API: a box to tick, a list to choose from. */
const WORDS_OF_THE_PAGE: Readonly<Record<string, string | undefined>> = {
  [AGREEMENT_FIELD.path]:
    'Please tick this box if you agree. Without it we may not keep what you wrote.',
  [COUNTRY_FIELD.path]: 'Please choose your country from the list.',
};

/** A field of the page: its name in the post, and what it is called. */
interface VisibleField {
  readonly path: string;
  readonly label: string;
}

/** In the order of the page; the form's own questions stand between the two. */
const BEFORE_QUESTIONS: readonly VisibleField[] = [
  ...NAME_FIELDS,
  ...REACH_FIELDS,
  ...PLACE_FIELDS,
  COUNTRY_FIELD,
];
const AFTER_QUESTIONS: readonly VisibleField[] = [
  ...ADDRESS_FIELDS,
  BIRTH_FIELD,
  MESSAGE_FIELD,
  AGREEMENT_FIELD,
  ...CHANNEL_FIELDS,
].map(withoutOptional);

/** The faults of a post, for the fields of the page and in their order. */
export class JoinFormFaults {
  private readonly byPath = new Map<string, string>();
  private readonly carried: string[] = [];

  private readonly visible: readonly VisibleField[];

  constructor(faults: readonly Fault[], questions: readonly VisibleField[] = []) {
    this.visible = [...BEFORE_QUESTIONS.map(withoutOptional), ...questions, ...AFTER_QUESTIONS];
    for (const fault of faults) this.add(fault);
  }

  /** Adds a fault; of several of one field the first is shown. */
  add(fault: Pick<Fault, 'path' | 'message'>): void {
    const stand = Object.hasOwn(FAULTS_OF_OBJECTS, fault.path)
      ? FAULTS_OF_OBJECTS[fault.path]
      : undefined;
    // An option of several stands for its question.
    const path = (stand?.path ?? fault.path).replace(/^(answers\.\w+)\.\d+$/, '$1');
    const message = stand?.message ?? WORDS_OF_THE_PAGE[path] ?? fault.message;
    if (!this.visible.some((field) => field.path === path)) this.carried.push(path);
    else if (!this.byPath.has(path)) this.byPath.set(path, message);
  }

  get isAny(): boolean {
    return this.byPath.size > 0 || this.carried.length > 0;
  }

  of(path: string): string | null {
    return this.byPath.get(path) ?? null;
  }

  /** Links to the fields, in the order of the page. */
  get summary() {
    return this.visible.flatMap(({ path, label }) => {
      const message = this.byPath.get(path);
      return message === undefined ? [] : [{ id: idOf(path), label, message }];
    });
  }

  /** Whether something is wrong that the page carries along unseen. */
  get isCarriedFault(): boolean {
    return this.carried.length > 0;
  }

  /** Whether a carried field, something in it, or all that it stands in is wrong. */
  touches(path: string): boolean {
    return this.carried.some(
      (one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`),
    );
  }
}

function withoutOptional({ path, label }: VisibleField): VisibleField {
  return { path, label: label.replace(' (optional)', '') };
}
