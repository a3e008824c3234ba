import { Injectable } from '@nestjs/common';
import { isFormBody } from '../platform/http/form-body.js';
import { faultsOf } from '../platform/http/schema-faults.js';
import { validateInput } from '../platform/http/schema-validation.pipe.js';
import { invalidInput } from '../platform/http/standard-problems.js';
import type { Form } from './forms/form.js';
import type { JoinCall } from './join-call.js';
import { JoinForm } from './join-form.js';
import { CLOSED_FORM, UNKNOWN_FORM } from './join.errors.js';
import type { JoinInput } from './join.schemas.js';
import { type AcceptedJoin, JoinService } from './join.service.js';

/** Reads a post by the form that it came through, and has it taken. */
@Injectable()
export class JoinIntake {
  constructor(
    private readonly ownForm: JoinForm,
    private readonly join: JoinService,
  ) {}

  /**
   * @returns the answer, and the address at which a form post ends.
   * @throws Problem 422 with all faults at once, those of the form's own questions among them; and
   *   whatever taking a join throws.
   */
  async take(
    body: unknown,
    call: JoinCall,
    idempotencyKey: string | undefined,
  ): Promise<AcceptedJoin & { endsAt: string }> {
    const { form = this.ownForm, key, address, userAgent } = call;
    const input = read(body, call, form);
    const accepted = await this.join.accept(input, {
      channel: isFormBody(body) ? 'form' : 'json',
      idempotencyKey,
      address,
      userAgent,
      form,
      apiKeyId: key?.id ?? null,
    });
    return { ...accepted, endsAt: endOf(form, accepted) };
  }
}

function read(body: unknown, { form, faults }: JoinCall, checkedBy: Form): JoinInput {
  // A field of this very name may be one of a foreign form's own.
  if (isFormBody(body) && !isNamed(body['answers'])) delete body['answers'];
  const result = validateInput(checkedBy.schema, body);
  const all = [
    ...faults,
    ...(form === undefined ? [UNKNOWN_FORM] : form.isClosed ? [CLOSED_FORM] : []),
    ...(result.success ? [] : faultsOf(result.issues, body)),
  ];
  if (!result.success || all.length > 0) throw invalidInput(all);
  return result.data;
}

function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Our own page does not promise what has to wait for a look. */
function endOf({ thankYouUrl, thankYouOrigin }: Form, { looksFirst }: AcceptedJoin): string {
  return looksFirst && thankYouOrigin === undefined ? `${thankYouUrl}?check=by-hand` : thankYouUrl;
}
