import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEventEntity } from './audit-event.entity.js';

/** The trail of who did what; `recordAudit` writes it in the transaction of the deed. */
@Module({ imports: [TypeOrmModule.forFeature([AuditEventEntity])] })
export class AuditModule {}
