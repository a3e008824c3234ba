import 'reflect-metadata';
import { constants, setPriority } from 'node:os';
import { loadConfiguration } from './platform/config/configuration.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { listen, run } from './process.js';
import { WorkerModule } from './worker.module.js';

// Where API and worker share a machine, a hand that is raised is taken first; its messages wait.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

await run(async () => {
  const configuration = loadConfiguration();
  const app = await createHttpApp(WorkerModule.with(), configuration, {
    name: 'worker',
    docs: false,
  });
  return listen(app, configuration.environment.WORKER_PORT, configuration.host);
});
