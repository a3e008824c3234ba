import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer } from './answer-reader.js';
import type { ApiDescription, Operation } from './api-description.js';

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
};

/** The schemas that the description gives for answers, ready to check with. */
export class AnswerSchemas {
  private readonly ajv = new Ajv2020({ strict: false });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor({ document }: ApiDescription) {
    for (const [name, format] of Object.entries(FORMATS)) this.ajv.addFormat(name, format);
    // Others say how to show a value, and bind nobody.
    for (const name of ['email', 'password', 'uri']) this.ajv.addFormat(name, true);
    this.ajv.addSchema({ $id: 'document', ...document });
  }

  /** How an answer of this operation differs from its schema. */
  complaints(operation: Operation, { status, body }: Answer): string[] {
    const validate = this.validatorOf(operation, status);
    const value = jsonOf(body);
    if (validate === undefined || value === undefined || validate(value)) return [];
    const [first] = validate.errors ?? [];
    return [`not as described: ${first?.instancePath} ${first?.message}`];
  }

  private validatorOf(
    { name, path, method, answers }: Operation,
    status: number,
  ): ValidateFunction | undefined {
    if (answers.get(status) === undefined) return undefined;
    const key = `${name} ${status}`;
    let validate = this.compiled.get(key);
    if (validate === undefined) {
      const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status)]
        .concat('content', 'application/json', 'schema')
        .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
        .join('/');
      validate = this.ajv.compile({ $ref: `document#/${pointer}` });
      this.compiled.set(key, validate);
    }
    return validate;
  }
}

/** Undefined for what is no JSON, about which others complain. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
