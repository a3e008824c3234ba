import { TOTP } from 'otpauth';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, TEST_PASSWORD, type TestApplication } from '../support/application.js';
import { runCli } from './run-cli.js';
import { bearer } from './support.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication();
});
afterAll(() => app.close());

it('tells an organiser by mail what becomes of their second factor, without a link or a secret', async () => {
  const email = 'wales@example.org';
  const session = await request(app.url)
    .post('/v1/admin/sessions')
    .send({ email, password: TEST_PASSWORD })
    .expect(201);
  const post = (path: string, body: object) =>
    request(app.url)
      .post(`/v1/admin/me/second-factor${path}`)
      .set(bearer(session.body.token as string))
      .send(body);
  const { body } = await post('', { password: TEST_PASSWORD }).expect(201);
  const code = new TOTP({ secret: body.secret as string }).generate();
  const { body: codes } = await post('/confirm', { code }).expect(200);
  const on = await app.smtp.waitFor(
    ({ to, subject }) => to.includes(email) && subject === 'Your account now has a second factor',
  );
  for (const secret of [body.secret, code, ...codes.recoveryCodes] as string[]) {
    expect(on.text).not.toContain(secret);
  }
  expect(on.text).not.toContain('http');

  const command = ['organiser', 'reset-second-factor', '--email', email];
  expect(await runCli(app.database.ownerUrl, command)).toMatchObject({ code: 0 });
  const reset = await app.smtp.waitFor(
    ({ to, subject }) =>
      to.includes(email) && subject === 'The second factor of your account was taken away',
  );
  expect(reset.text).toContain('tell the national office');
});
