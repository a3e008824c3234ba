import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { HomeMoves } from '../../people/home-moves.js';
import { Reallocation } from './reallocation.js';

/** Where somebody lives decides where they belong. */
@Injectable()
export class MovesWithHome extends HomeMoves {
  constructor(private readonly reallocation: Reallocation) {
    super();
  }

  async lockMine(manager: EntityManager, personId: string): Promise<boolean> {
    return (await this.reallocation.lockMine(manager, personId)) !== undefined;
  }

  async follow(manager: EntityManager, personId: string, organiserId: string): Promise<void> {
    // Locked before, and read anew: the record has changed.
    const person = await this.reallocation.lock(manager, personId);
    if (person === undefined) return;
    const cause = { decidedById: organiserId, tells: true };
    await this.reallocation.decideAnewOrLater(manager, person, cause);
  }
}
