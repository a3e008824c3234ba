import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit.js';
import { Database } from '../platform/database/database.js';
import { isDatabaseUnavailable } from '../platform/database/database-unavailable.js';
import { Problem } from '../platform/http/problem.js';
import { faultsOf } from '../platform/http/schema-faults.js';
import { validateInput } from '../platform/http/schema-validation.pipe.js';
import { invalidInput, unavailable } from '../platform/http/standard-problems.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import {
  type DutyPage,
  type TypedForm,
  closedPage,
  expiredPage,
  openPage,
  pressCameSecondPage,
  revokedPage,
  unavailablePage,
  unknownPage,
} from './duty-answer.js';
import { DutyLinks, type DutyReference } from './duty-link.js';
import { type DutyOnPage, DutyPageRepository } from './duty-page.repository.js';
import { type DutyPressInput, dutyPressSchema } from './duty-press.schema.js';
import { isClosed } from './follow-up.js';
import { FollowUpsRepository } from './follow-ups.repository.js';
import { FollowUpsService } from './follow-ups.service.js';

/** How long a link lives after its duty was closed or, while it is open, after it was due. */
const LINK_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** `seeOther`: the press counted; show the page anew, so that reloading it presses nothing. */
export type DutyAnswer = DutyPage | 'seeOther';

/** The one-tap page: what it shows for a link, and what a press on it does. */
@Injectable()
export class DutyPagesService {
  constructor(
    private readonly database: Database,
    private readonly links: DutyLinks,
    private readonly pages: DutyPageRepository,
    private readonly followUps: FollowUpsRepository,
    private readonly service: FollowUpsService,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * The page of a link. Changes nothing of the duty, however often mail scanners open it; that it
   * was opened is recorded, unless only its headers were asked for.
   */
  async show(token: string, isHeadOnly: boolean): Promise<DutyPage> {
    const reference = this.links.open(token);
    if (reference === undefined) return this.unknown();
    return this.orUnavailable(undefined, () =>
      this.database.transaction(async (manager) => {
        const duty = await this.find(manager, reference);
        if (duty === undefined) return unknownPage(await this.pages.nationalOffice(manager));
        const refused = refusal(duty, reference);
        if (!isHeadOnly) await this.recordOpening(manager, duty, refused !== undefined);
        if (refused !== undefined) return refused;
        return isClosed(duty.facts.state) ? closedPage(duty) : openPage(duty);
      }),
    );
  }

  /** A press of one of the buttons, with its note, in one transaction. */
  async press(token: string, body: unknown): Promise<DutyAnswer> {
    const form = typedForm(body);
    const reference = this.links.open(token);
    if (reference === undefined) return this.unknown(form.note);
    const input = validateInput(dutyPressSchema, body ?? {});
    return this.orUnavailable(form, async () => {
      const answer = await this.database.transaction((manager) =>
        input.success
          ? this.apply(manager, reference, input.data)
          : this.showFaults(manager, reference, form, invalidInput(faultsOf(input.issues, body))),
      );
      if (answer === 'seeOther') this.outbox.ring();
      return answer;
    });
  }

  private async apply(
    manager: EntityManager,
    reference: DutyReference,
    { outcome: press, note, tries }: DutyPressInput,
  ): Promise<DutyAnswer> {
    const duty = await this.find(manager, reference);
    if (duty === undefined) return unknownPage(await this.pages.nationalOffice(manager), note);
    const refused = refusal(duty, reference, note);
    if (refused !== undefined) return refused;
    const result = await this.service.press(manager, {
      ...reference,
      press,
      note: note ?? null,
      triesSeen: tries,
      actor: { kind: 'duty_link' },
    });
    if (result.result === 'decided') {
      const { decision } = result;
      if (decision.change !== 'none' || decision.reason === 'same_try') return 'seeOther';
    }
    // Somebody was quicker than we read, or nothing can be done: say how it stands by now.
    const current = (await this.find(manager, reference)) ?? duty;
    if (result.result !== 'decided') return revokedPage(current, note);
    if (!isClosed(current.facts.state)) {
      await this.recordOpening(manager, current, false);
      return openPage(current, note, NOBODY_TO_HAND_TO);
    }
    return current.facts.outcome === press ? 'seeOther' : pressCameSecondPage(current, press, note);
  }

  private async showFaults(
    manager: EntityManager,
    reference: DutyReference,
    { note }: TypedForm,
    problem: Problem,
  ): Promise<DutyPage> {
    const duty = await this.find(manager, reference);
    if (duty === undefined) return unknownPage(await this.pages.nationalOffice(manager), note);
    const refused = refusal(duty, reference, note);
    if (refused !== undefined) return refused;
    if (isClosed(duty.facts.state)) return closedPage(duty);
    // The form comes back with everything that stood on the page.
    await this.recordOpening(manager, duty, false);
    return openPage(duty, note, problem);
  }

  private async find(
    manager: EntityManager,
    { followUpId }: DutyReference,
  ): Promise<DutyOnPage | undefined> {
    const facts = await this.pages.find(manager, followUpId);
    if (facts === undefined) return undefined;
    const [unit, ...above] = await this.followUps.unitsUpwards(manager, facts.unitId);
    return unit === undefined ? undefined : { facts, unit, above };
  }

  private async recordOpening(
    manager: EntityManager,
    { facts }: DutyOnPage,
    wasRefused: boolean,
  ): Promise<void> {
    if (!wasRefused) {
      await this.service.recordOpening(manager, facts);
      return;
    }
    await recordAudit(manager, {
      actorKind: 'duty_link',
      actorId: null,
      action: 'follow_up.opening_refused',
      subjectKind: 'follow_up',
      subjectId: facts.id,
    });
  }

  /** Says whom to ask where the database can tell; a broken link is no reason to wait for it. */
  private async unknown(note?: string): Promise<DutyPage> {
    try {
      return unknownPage(
        await this.database.transaction((manager) => this.pages.nationalOffice(manager)),
        note,
      );
    } catch (error) {
      if (isDatabaseUnavailable(error)) return unknownPage(undefined, note);
      throw error;
    }
  }

  private async orUnavailable<Answer>(
    form: TypedForm | undefined,
    work: () => Promise<Answer>,
  ): Promise<Answer | DutyPage> {
    try {
      return await work();
    } catch (error) {
      if (isDatabaseUnavailable(error))
        return unavailablePage(unavailable(5, undefined, error), form);
      throw error;
    }
  }
}

const NOBODY_TO_HAND_TO = new Problem({
  status: 409,
  code: 'nobody_to_hand_to',
  title: 'There is nobody to hand this to',
  detail: 'There is no stand-in, and nobody stands above you: it stays with you.',
});

/** Whether the link is too old for its duty, or its duty has gone to somebody else. */
function refusal(
  duty: DutyOnPage,
  { assignment }: DutyReference,
  note?: string,
): DutyPage | undefined {
  const { facts } = duty;
  if (facts.assignment !== assignment) return revokedPage(duty, note);
  const lived = facts.now.getTime() - (facts.closedAt ?? facts.dueAt).getTime();
  return lived > LINK_DAYS * DAY_MILLISECONDS ? expiredPage(duty, note) : undefined;
}

/** What was typed, before anything is checked: it is shown again whatever happens. */
function typedForm(body: unknown): TypedForm {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const typed = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' ? value.slice(0, 5_000) : undefined;
  };
  return { note: typed('note'), outcome: typed('outcome'), tries: typed('tries') };
}
