import 'reflect-metadata';
import { loadConfiguration } from './platform/config/configuration.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { listen, run } from './process.js';
import { WorkerModule } from './worker.module.js';

await run(async () => {
  const configuration = loadConfiguration();
  const app = await createHttpApp(WorkerModule.with(), configuration, {
    name: 'worker',
    docs: false,
  });
  return listen(app, configuration.environment.WORKER_PORT, configuration.host);
});
