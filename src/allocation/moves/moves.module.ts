import { Module } from '@nestjs/common';
import { FollowUpsModule } from '../../follow-ups/follow-ups.module.js';
import { MessagingModule } from '../../messaging/messaging.module.js';
import { HomeMoves } from '../../people/home-moves.js';
import { UnitsModule } from '../../units/units.module.js';
import { AllocationModule } from '../allocation.module.js';
import { MoveMessages } from './move-messages.js';
import { MovesRepository } from './moves.repository.js';
import { MovesWithHome } from './moves-with-home.js';
import { PlacedPeopleRepository } from './placed-people.repository.js';
import { Reallocation } from './reallocation.js';

/** People who come to belong elsewhere, in every process. */
@Module({
  imports: [AllocationModule, FollowUpsModule, MessagingModule, UnitsModule],
  providers: [
    MoveMessages,
    MovesRepository,
    PlacedPeopleRepository,
    Reallocation,
    { provide: HomeMoves, useClass: MovesWithHome },
  ],
  exports: [HomeMoves, MovesRepository, PlacedPeopleRepository, Reallocation],
})
export class MovesModule {}
