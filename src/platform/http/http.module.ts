import { Global, Module } from '@nestjs/common';
import { CorsPolicies } from './cors.js';
import { HealthController } from './health.controller.js';
import { RateLimiter } from './rate-limiter.js';
import { Readiness } from './readiness.js';

/** What features may ask of the HTTP side: CORS policies, rate limits, readiness. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [CorsPolicies, RateLimiter, Readiness],
  exports: [CorsPolicies, RateLimiter, Readiness],
})
export class HttpModule {}
