import 'reflect-metadata';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { listen, run } from '../../src/process.js';
import { WorkerModule } from '../../src/worker.module.js';
import { shortLeases } from './leases.js';

/** The worker as `src/worker.ts` starts it, but for its times. */
await run(async () => {
  const configuration = loadConfiguration();
  const module = WorkerModule.with(shortLeases(Number(process.env['FAULTS_PACE'])));
  const app = await createHttpApp(module, configuration, { name: 'worker', docs: false });
  return listen(app, configuration.environment.WORKER_PORT, configuration.host);
});
