import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { auditPageSchema, type AuditQuery, auditQuerySchema } from './audit.admin-schemas.js';
import { AuditAdminService } from './audit.admin-service.js';

@ApiTags('Audit')
@Controller('v1/admin/audit')
export class AuditAdminController {
  constructor(private readonly audit: AuditAdminService) {}

  @Get()
  @Needs('audit.read')
  @ApiOperation({
    summary: 'Who did what to which record, the latest first',
    description:
      'The whole trail for whose grant covers the whole organisation; for anybody else with the permission their own deeds. Reading it is an event of it.',
  })
  @Answers(200, auditPageSchema, 'A page of events')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: auditQuerySchema }) query: AuditQuery,
  ) {
    return this.audit.list(organiser, query);
  }
}
