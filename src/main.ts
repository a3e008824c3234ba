import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { loadConfiguration } from './platform/config/configuration.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { listen, run } from './process.js';

await run(async () => {
  const configuration = loadConfiguration();
  const app = await createHttpApp(AppModule.with(), configuration, { name: 'api' });
  return listen(app, configuration.environment.PORT, configuration.host);
});
