import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConsentEventEntity } from './consent-event.entity.js';
import { ContactPointEntity } from './contact-point.entity.js';
import { DuplicateCandidateEntity } from './duplicate-candidate.entity.js';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { PeopleAdminController } from './people.admin-controller.js';
import { PeopleAdminRepository } from './people-admin.repository.js';
import { PeopleAdminService } from './people.admin-service.js';
import { PersonChangesRepository } from './person-changes.repository.js';
import { PersonEntity } from './person.entity.js';

/** People: who they are, how to reach them, what they agreed to. */
@Module({
  imports: [
    PostcodesModule,
    TypeOrmModule.forFeature([
      PersonEntity,
      ContactPointEntity,
      ConsentEventEntity,
      DuplicateCandidateEntity,
    ]),
  ],
  controllers: [PeopleAdminController],
  providers: [PeopleAdminService, PeopleAdminRepository, PersonChangesRepository],
})
export class PeopleModule {
  /** @param moves the module that exports `HomeMoves`: what follows when somebody moves. */
  static with(moves: Type): DynamicModule {
    return { module: PeopleModule, imports: [moves] };
  }
}
