import type { Question } from './forms/form-questions.js';
import { idOf } from './join-form-fields.js';

/** A question as `templates/pages/join-question.liquid` shows it. */
export interface QuestionView {
  readonly kind: 'line' | 'lines' | 'list' | 'ticks' | 'tick';
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint: string | null;
  readonly fault: string | null;
  readonly describedBy: string | null;
  readonly isNeeded: boolean;
  /** Of a line: the type of its input. */
  readonly type: 'text' | 'date';
  readonly inputmode: 'decimal' | null;
  /** What was typed. */
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly text: string; isChosen: boolean }[];
  readonly isTicked: boolean;
}

const KINDS = {
  text: 'line',
  long_text: 'lines',
  choice: 'list',
  choices: 'ticks',
  boolean: 'tick',
  date: 'line',
  number: 'line',
} as const satisfies Record<Question['type'], QuestionView['kind']>;

/** The name of an answer in posts and in faults. */
export function answerPath(key: string): string {
  return `answers.${key}`;
}

/** A question with what was posted for it, which may be anything at all. */
export function questionView(
  question: Question,
  posted: unknown,
  fault: string | null,
): QuestionView {
  const name = answerPath(question.key);
  const id = idOf(name);
  const { hint } = question;
  const describedBy = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  const texts = textsOf(posted);
  const value = texts.at(-1) ?? '';
  const options = 'options' in question ? question.options : [];
  return {
    kind: KINDS[question.type],
    id,
    name,
    label: question.label,
    hint: hint ?? null,
    fault,
    describedBy: describedBy || null,
    isNeeded: question.required,
    // A date field shows nothing that is no date: what was typed elsewhere must not be lost.
    type: question.type === 'date' && /^(?:\d{4}-\d\d-\d\d)?$/.test(value) ? 'date' : 'text',
    inputmode: question.type === 'number' ? 'decimal' : null,
    value,
    options: options.map((text, index) => ({
      id: `${id}-${index}`,
      text,
      isChosen: question.type === 'choices' ? texts.includes(text) : text === value,
    })),
    isTicked: posted === true || /^(?:on|true|1|yes)$/i.test(value.trim()),
  };
}

/** A checked value may have been read already: a number, a list of one. */
function textsOf(posted: unknown): string[] {
  return (Array.isArray(posted) ? posted : [posted]).flatMap((one: unknown) =>
    typeof one === 'string' || typeof one === 'number' ? [String(one)] : [],
  );
}
