import { it } from 'vitest';
import { startApplication } from '../support/application.js';
it('x', async () => {
  const app = await startApplication({ worker: false });
  const d = await (await fetch(app.url + '/openapi.json')).json() as any;
  console.log(Object.keys(d.components.schemas), JSON.stringify(d.paths['/v1/join'].post.requestBody).slice(0,1500), Object.keys(d.paths), JSON.stringify(d.components.schemas.JoinSubmissionInput ?? d.components.schemas.JoinSubmission).slice(0,400));
  await app.close();
}, 60000);
