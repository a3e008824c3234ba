import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ComposerMark, type MessageComposer } from './message-composer.js';
import { MESSAGE_KINDS, type MessageKind } from './message.js';

/** Which provider composes which kind. A worker with a kind that nobody composes does not start. */
@Injectable()
export class MessageComposers implements OnModuleInit {
  private composers: ReadonlyMap<MessageKind, MessageComposer> = new Map();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error naming every kind without a composer or with two. */
  onModuleInit(): void {
    const found = new Map<MessageKind, Set<MessageComposer>>();
    for (const wrapper of this.discovery.getProviders({ metadataKey: ComposerMark.KEY })) {
      const kind = this.discovery.getMetadataByDecorator(ComposerMark, wrapper);
      if (kind === undefined || wrapper.instance == null) continue;
      const composers = found.get(kind) ?? new Set();
      found.set(kind, composers.add(wrapper.instance as MessageComposer));
    }
    const faults = MESSAGE_KINDS.map((kind) => [kind, found.get(kind)?.size ?? 0] as const)
      .filter(([, count]) => count !== 1)
      .map(([kind, count]) => `${kind} has ${count === 0 ? 'no composer' : `${count} composers`}`);
    if (faults.length > 0) throw new Error(`Messages cannot be composed: ${faults.join('; ')}.`);
    this.composers = new Map(
      [...found].flatMap(([kind, all]) => [...all].map((one) => [kind, one])),
    );
  }

  /** @throws Error for a kind that this build does not know: a newer one wrote the row. */
  of(kind: MessageKind): MessageComposer {
    const composer = this.composers.get(kind);
    if (composer === undefined) throw new Error(`There is no composer for ${kind}.`);
    return composer;
  }
}
