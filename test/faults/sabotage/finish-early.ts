import 'reflect-metadata';
import type { EntityManager } from 'typeorm';
import { OutboxRepository } from '../../../src/platform/outbox/outbox.repository.js';

/**
 * Breaks the application for the harness to notice: a row of the outbox is finished when its job
 * begins, not when it is done. Whatever is under way in a killed worker is then lost.
 */
OutboxRepository.prototype.begin = async (manager: EntityManager, id: string): Promise<void> => {
  await manager.query('DELETE FROM outbox WHERE id = $1', [id]);
};
