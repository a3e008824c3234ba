import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from './answers.decorator.js';
import { Problem } from './problem.js';
import { Readiness } from './readiness.js';

const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** 503: parts of this process cannot be used at the moment; they are named. */
export class NotReady extends Problem {
  constructor(failed: readonly string[]) {
    super({
      status: 503,
      code: 'not_ready',
      title: 'This process is not ready',
      detail: `Not ready: ${failed.join(', ')}.`,
      headers: { 'Retry-After': '5' },
      extensions: { failed },
    });
  }
}

/** For load balancers and orchestrators. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs and answers. Says nothing of what it depends on: restarting would not help. */
  @Get('live')
  @Answers(200, healthSchema, 'The process runs')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether the process may be given requests: each check has two seconds. */
  @Get('ready')
  @Answers(200, healthSchema, 'The process may be given requests')
  async ready(): Promise<{ status: 'ok' }> {
    const failed = await this.readiness.failures();
    if (failed.length > 0) throw new NotReady(failed);
    return { status: 'ok' };
  }
}
