import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../../audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { unauthenticated } from '../../platform/http/standard-problems.js';
import { SecurityNotices } from '../messages/security-notices.js';
import { Passwords } from '../passwords.js';
import type { SignedInOrganiser } from '../signed-in-organiser.js';
import { SignInLimits } from '../sign-in-limits.js';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SecondFactorCheck } from './second-factor-check.js';
import {
  NoEnrolment,
  proofFailed,
  SecondFactorNeeded,
  SecondFactorOff,
} from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import type {
  BeginSecondFactor,
  ConfirmSecondFactor,
  RecoveryCodes,
  RenewRecoveryCodes,
  SecondFactor,
  SecondFactorEnrolment,
  SwitchOffSecondFactor,
} from './second-factor.schemas.js';
import { describeTotpSecret, makeTotpSecret, stepOfCode } from './totp.js';

/** What somebody shows once more, though they are signed in. */
interface Proof {
  readonly password?: string | undefined;
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

/** An organiser's own second factor. Whoever changes it proves once more who they are. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly repository: SecondFactorRepository,
    private readonly check: SecondFactorCheck,
    private readonly secrets: SealedSecrets,
    private readonly passwords: Passwords,
    private readonly limits: SignInLimits,
    private readonly notices: SecurityNotices,
  ) {}

  async read({ organiserId, secondFactorRequired }: SignedInOrganiser): Promise<SecondFactor> {
    const state = await this.repository.state(organiserId);
    return { ...state, required: secondFactorRequired };
  }

  /**
   * A new secret, which counts once a code of it has been confirmed; until then one that is on stays.
   *
   * @throws Problem 422 for a proof that fails, 429 for too many.
   */
  async begin(
    { organiserId }: SignedInOrganiser,
    proof: BeginSecondFactor,
  ): Promise<SecondFactorEnrolment> {
    const email = await this.provePassword(organiserId, proof.password);
    const secret = makeTotpSecret();
    await this.database.transaction(async (manager) => {
      const isOn = (await this.repository.find(manager, organiserId)) !== undefined;
      if (isOn) await this.proveCode(manager, organiserId, proof);
      await this.repository.begin(manager, organiserId, this.secrets.seal(organiserId, secret));
      await this.record(manager, organiserId, 'begun');
    });
    const issuer = (await this.repository.organisationName()) ?? 'Branchline';
    // The colon stands between the two (Key URI Format).
    return describeTotpSecret(secret, { issuer: issuer.replaceAll(':', ''), label: email });
  }

  /**
   * Switches the factor on by a code of the new secret. Every other session of the account ends.
   *
   * @throws NoEnrolment 409; Problem 422 for a code that does not fit, 429 for too many.
   */
  async confirm(
    { organiserId, sessionId }: SignedInOrganiser,
    { code }: ConfirmSecondFactor,
  ): Promise<RecoveryCodes> {
    await this.limits.countProof(organiserId);
    const recoveryCodes = makeRecoveryCodes();
    await this.database.transaction(async (manager) => {
      const pending = await this.repository.pending(manager, organiserId);
      if (pending === undefined) throw new NoEnrolment();
      const { secret } = this.secrets.open(organiserId, pending.secret);
      const step = stepOfCode(secret, code, pending.now);
      if (step === undefined) throw proofFailed('code');
      if (!(await this.repository.switchOn(manager, organiserId, pending.secret, step))) {
        throw new NoEnrolment();
      }
      await this.keepCodes(manager, organiserId, recoveryCodes);
      await this.repository.endSessions(manager, organiserId, { sessionId, secondFactor: 'totp' });
      await this.record(manager, organiserId, 'switched_on');
      await this.notices.tell(manager, organiserId, 'second_factor_on');
    });
    return { recoveryCodes };
  }

  /**
   * New recovery codes; those of before no longer serve.
   *
   * @throws SecondFactorOff 409; Problem 422 for a proof that fails, 429 for too many.
   */
  async renewRecoveryCodes(
    { organiserId }: SignedInOrganiser,
    proof: RenewRecoveryCodes,
  ): Promise<RecoveryCodes> {
    // Never by the password: whoever has that and a session would move the factor to their own app.
    await this.limits.countProof(organiserId);
    const recoveryCodes = makeRecoveryCodes();
    await this.database.transaction(async (manager) => {
      if ((await this.repository.find(manager, organiserId)) === undefined) {
        throw new SecondFactorOff();
      }
      await this.proveCode(manager, organiserId, proof);
      await this.keepCodes(manager, organiserId, recoveryCodes);
      await this.record(manager, organiserId, 'recovery_codes_made');
      await this.notices.tell(manager, organiserId, 'recovery_codes_made');
    });
    return { recoveryCodes };
  }

  /**
   * Switches the factor off. Every other session of the account ends.
   *
   * @throws SecondFactorNeeded, SecondFactorOff 409; Problem 422 for a proof that fails, 429 for too many.
   */
  async switchOff(organiser: SignedInOrganiser, proof: SwitchOffSecondFactor): Promise<void> {
    const { organiserId, sessionId } = organiser;
    if (organiser.secondFactorRequired) throw new SecondFactorNeeded();
    await this.provePassword(organiserId, proof.password);
    await this.database.transaction(async (manager) => {
      await this.proveCode(manager, organiserId, proof);
      if (!(await this.repository.remove(manager, organiserId))) throw new SecondFactorOff();
      await this.repository.endSessions(manager, organiserId, { sessionId, secondFactor: null });
      await this.record(manager, organiserId, 'switched_off');
      await this.notices.tell(manager, organiserId, 'second_factor_off');
    });
  }

  /** @returns the address of the account. */
  private async provePassword(organiserId: string, password: string): Promise<string> {
    await this.limits.countProof(organiserId);
    const account = await this.repository.account(organiserId);
    // Deleted between the guard and here.
    if (account === undefined) throw unauthenticated();
    if (!(await this.passwords.fits(account.passwordHash, password))) throw proofFailed('password');
    return account.email;
  }

  private async proveCode(manager: EntityManager, organiserId: string, proof: Proof) {
    const shown = { totp: proof.code, recoveryCode: proof.recoveryCode };
    if (!this.check.isShown(shown)) throw proofFailed('code', true);
    if ((await this.check.take(manager, organiserId, shown)) === undefined) {
      if ((await this.repository.find(manager, organiserId)) === undefined) {
        throw new SecondFactorOff();
      }
      throw proofFailed(proof.code === undefined ? 'recoveryCode' : 'code');
    }
  }

  private keepCodes(manager: EntityManager, organiserId: string, codes: readonly string[]) {
    return this.repository.replaceRecoveryCodes(manager, organiserId, codes.map(hashRecoveryCode));
  }

  private record(manager: EntityManager, organiserId: string, what: string): Promise<void> {
    return recordDeed(manager, { organiserId }, `second_factor.${what}`, 'organiser', organiserId);
  }
}
