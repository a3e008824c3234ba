import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import type { Message, MessageChannel, MessageKind } from './message.js';

/** Where a message goes, and what its templates show. */
export interface ComposedMessage {
  readonly to: {
    readonly channel: MessageChannel;
    /** Email address, or telephone in E.164. */
    readonly address: string;
  };
  /** Variables of `templates/messages/<kind>.*`; `organisation` and `publicUrl` are added. */
  readonly data: object;
}

/** Why a message did not arrive: for certain, or nobody can tell (an SMS, after a crash). */
export type DeliveryFailure = 'failed' | 'in_doubt';

/** Knows what is to be said in messages of one kind, and to whom, at the moment of sending. */
export interface MessageComposer {
  /**
   * Re-reads what the message is about, in the transaction that has the message's row locked.
   * Undefined: it is no longer wanted, and will not be sent.
   */
  compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined>;
  /** Runs in the transaction that records that the message did not arrive. */
  onFailed?(manager: EntityManager, message: Message, failure: DeliveryFailure): Promise<void>;
}

/** Marks composers; they are found at boot. */
export const ComposerMark = DiscoveryService.createDecorator<MessageKind>();

/** Makes a provider the one composer of a kind of message. */
export function ComposesMessage(kind: MessageKind) {
  return (composer: new (...dependencies: never[]) => MessageComposer): void => {
    Injectable()(composer);
    ComposerMark(kind)(composer);
  };
}
