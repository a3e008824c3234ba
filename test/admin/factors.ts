import { TOTP } from 'otpauth';
import { expect } from 'vitest';
import { type AdminStage, bearer } from './support.js';
import { TEST_PASSWORD } from '../factories/organisation.js';

/** An app that makes codes, on the clock of a stage. */
export class CodeApp {
  private secret = '';

  constructor(private readonly clock: StageClock) {}

  /** Takes the secret in. */
  scan(secret: string): this {
    this.secret = secret;
    return this;
  }

  /** The code at this moment, or so many steps away from it. */
  code(stepsAhead = 0): string {
    return new TOTP({ secret: this.secret }).generate({
      timestamp: this.clock.now() + stepsAhead * 30_000,
    });
  }

  /** A code of a step that has not been used: the clock is turned on to it. */
  async nextCode(): Promise<string> {
    await this.clock.turnOn();
    return this.code();
  }
}

/** The clock of a stage, turned on by a step at a time. */
export class StageClock {
  private seconds = 0;

  constructor(private readonly stage: Pick<AdminStage, 'database'>) {}

  now(): number {
    return Date.now() + this.seconds * 1000;
  }

  async turnOn(seconds = 60): Promise<void> {
    this.seconds += seconds;
    await this.stage.database.turnClock(`${this.seconds} seconds`);
  }
}

/** Signs in; whatever comes of it. */
export function signIn(stage: AdminStage, email: string, shown: object = {}) {
  return stage
    .call()
    .post('/v1/admin/sessions')
    .send({ email, password: TEST_PASSWORD, ...shown });
}

/** Gives the account of a session a second factor. */
export async function enrol(stage: AdminStage, token: string, clock: StageClock) {
  const factor = (path: string, body: object) =>
    stage.call().post(`/v1/admin/me/second-factor${path}`).set(bearer(token)).send(body);
  const begun = await factor('', { password: TEST_PASSWORD });
  expect(begun.status).toBe(201);
  const app = new CodeApp(clock).scan((begun.body as { secret: string }).secret);
  const confirmed = await factor('/confirm', { code: app.code() });
  expect(confirmed.status).toBe(200);
  const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
  return { app, recoveryCodes };
}
