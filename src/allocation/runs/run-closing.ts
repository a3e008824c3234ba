import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MessageQueue } from '../../messaging/message-queue.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import type { LockedRun, RunState } from './allocation-run.js';
import { RunSlicesRepository } from './run-slices.repository.js';

/** Ends runs. However a recompute ends, whoever gained or lost people by it hears so once. */
@Injectable()
export class RunClosing {
  constructor(
    private readonly repository: RunSlicesRepository,
    private readonly directory: UnitDirectory,
    private readonly messages: MessageQueue,
  ) {}

  async close(
    manager: EntityManager,
    run: LockedRun,
    state: Exclude<RunState, 'running'>,
    error: string | null,
  ): Promise<void> {
    await this.repository.close(manager, run.id, state, error);
    if (run.kind === 'dry_run') return;
    const { view } = this.directory;
    const units = await this.repository.unitsConcerned(manager, run.id);
    await this.messages.addAll(
      manager,
      units
        // The national office began it, and nobody is left in a unit that is closed.
        .filter((id) => view.get(id) !== undefined && id !== view.national.id)
        .map((unitId) => ({
          kind: 'people_reallocated',
          channel: 'email',
          businessKey: `people_reallocated:${run.id}:${unitId}`,
          queue: 'bulk',
          unitId,
          allocationRunId: run.id,
        })),
    );
  }
}
