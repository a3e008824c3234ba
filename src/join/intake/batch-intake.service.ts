import { Injectable } from '@nestjs/common';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database } from '../../platform/database/database.js';
import { type Fault, Problem } from '../../platform/http/problem.js';
import { faultsOf } from '../../platform/http/schema-faults.js';
import { checkedParameter, validateInput } from '../../platform/http/schema-validation.pipe.js';
import { notFound } from '../../platform/http/standard-problems.js';
import { type BatchItems, batchItemsSchema, type BatchReport } from './batches.schemas.js';
import { BatchClosed } from './intake.errors.js';
import { IntakeAdminService } from './intake.admin-service.js';
import { IntakeRepository } from './intake.repository.js';
import { intakeItemSchema } from './intake.schemas.js';

type ItemReport = BatchReport['items'][number];

/** Takes many cards of a batch at once, each for itself. */
@Injectable()
export class BatchIntakeService {
  constructor(
    private readonly database: Database,
    private readonly repository: IntakeRepository,
    private readonly intake: IntakeAdminService,
  ) {}

  /**
   * Takes each card in a transaction of its own and says what came of it: a slip in one sends back
   * that one alone. The number of the card makes a repeat harmless, also after an answer was lost.
   *
   * @throws Problem 404 for a batch that is not of the caller's units, or no longer; BatchClosed 409;
   *   422 for what is no list of cards; SessionEnded 401, RightsWithdrawn 403 in the middle of it.
   */
  async takeAll(
    organiser: SignedInOrganiser,
    batchId: string,
    body: unknown,
  ): Promise<BatchReport> {
    const { items } = checkedParameter(body, {
      type: 'body',
      schema: batchItemsSchema,
    }) as BatchItems;
    const batch = await this.database.asOrganiser(organiser, (manager) =>
      this.repository.batch(manager, batchId),
    );
    if (batch === undefined) throw notFound();
    if (batch.isClosed) throw new BatchClosed();
    const reports: ItemReport[] = [];
    // One after another: two cards of one household would wait for each other anyway.
    for (const [index, item] of items.entries()) {
      reports.push(await this.takeOne(organiser, batchId, index, item));
    }
    const numberOf = (outcome: ItemReport['outcome']) =>
      reports.filter((report) => report.outcome === outcome).length;
    return {
      taken: numberOf('taken'),
      repeated: numberOf('repeated'),
      refused: numberOf('refused'),
      items: reports,
    };
  }

  private async takeOne(
    organiser: SignedInOrganiser,
    batchId: string,
    index: number,
    item: Record<string, unknown>,
  ): Promise<ItemReport> {
    const refused = (faults: readonly Fault[]): ItemReport => ({
      index,
      outcome: 'refused',
      submission: null,
      errors: faults.map((fault) => ({
        ...fault,
        path: ['items', index, fault.path].filter((part) => part !== '').join('.'),
      })),
    });
    const checked = validateInput(intakeItemSchema, item);
    const faults = checked.success ? [] : faultsOf(checked.issues, item);
    if (item['card'] === undefined) faults.push(CARD_NEEDED);
    if (!checked.success || faults.length > 0) return refused(faults);
    try {
      const { answer, replayed } = await this.intake.take(
        organiser,
        { ...checked.data, batchId },
        undefined,
      );
      const outcome = replayed ? 'repeated' : 'taken';
      return { index, outcome, submission: answer, errors: [] };
    } catch (error) {
      // The others may still do; but where the server is away, or the caller let out, none will.
      if (!(error instanceof Problem) || !OF_ITEMS.has(error.status)) throw error;
      // No card names its batch: the caller has lost sight of it since.
      if (error.errors?.some(({ code }) => code === 'unknown_batch') === true) throw notFound();
      return refused(error.errors ?? [faultOf(error)]);
    }
  }
}

/** Statuses of what is wrong with one card: what it conflicts with, and what it says. */
const OF_ITEMS: ReadonlySet<number> = new Set([409, 422]);

const CARD_NEEDED: Fault = {
  path: 'card',
  code: 'required',
  message: 'Give the number of the card, so that it is taken once.',
};

/** A conflict, as a fault of what has to be put right for it. */
function faultOf({ code, detail, title }: Problem): Fault {
  return { path: code === 'card_taken' ? 'card' : '', code, message: detail ?? title };
}
