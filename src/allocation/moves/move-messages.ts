import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageQueue } from '../../messaging/message-queue.js';
import type { MessageDraft } from '../../messaging/message.js';
import type { Unit } from '../../units/unit.js';

/** A move that is to be told. */
export interface ToldMove {
  readonly allocationId: string;
  /** Undefined where it is closed: nobody is there to be told. */
  readonly from: Unit | undefined;
  readonly to: Unit;
  /** The new unit has an open duty about the person, whose notice tells it already. */
  readonly isToldByDuty: boolean;
}

/** Tells the old and the new unit of a move, each once. The national office hears of none. */
@Injectable()
export class MoveMessages {
  constructor(private readonly messages: MessageQueue) {}

  async tell(
    manager: EntityManager,
    { allocationId, from, to, isToldByDuty }: ToldMove,
  ): Promise<void> {
    const drafts: MessageDraft[] = [];
    if (from !== undefined && from.kind !== 'national') {
      drafts.push(messageOf('moved_away', allocationId, from.id));
    }
    if (to.kind !== 'national' && !isToldByDuty) {
      drafts.push(messageOf('moved_in', allocationId, to.id));
    }
    await this.messages.addAll(manager, drafts);
  }
}

function messageOf(
  kind: 'moved_away' | 'moved_in',
  allocationId: string,
  unitId: string,
): MessageDraft {
  return {
    kind,
    channel: 'email',
    businessKey: `${kind}:${allocationId}:${unitId}`,
    queue: 'notices',
    unitId,
    allocationId,
  };
}
