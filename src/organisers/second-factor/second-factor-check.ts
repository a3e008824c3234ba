import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../../audit/audit.js';
import { SecurityNotices } from '../messages/security-notices.js';
import { hashRecoveryCode } from './recovery-codes.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { stepOfCode } from './totp.js';

/** What somebody shows of a second factor; where both are there, the code of the app counts. */
export interface ShownFactor {
  /** Six digits. */
  readonly totp?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

/** Checks what is shown of a second factor, and takes it: nothing serves twice. */
@Injectable()
export class SecondFactorCheck {
  constructor(
    private readonly repository: SecondFactorRepository,
    private readonly secrets: SealedSecrets,
    private readonly notices: SecurityNotices,
  ) {}

  /** Whether anything was shown at all. */
  isShown({ totp, recoveryCode }: ShownFactor): boolean {
    return totp !== undefined || recoveryCode !== undefined;
  }

  /**
   * Takes a code in the caller's transaction: a rollback gives it back.
   *
   * @returns by what it was shown; undefined where it does not fit, or the account has no factor.
   */
  async take(
    manager: EntityManager,
    organiserId: string,
    { totp, recoveryCode }: ShownFactor,
  ): Promise<'totp' | 'recovery_code' | undefined> {
    if (totp !== undefined) {
      return (await this.takeTotp(manager, organiserId, totp)) ? 'totp' : undefined;
    }
    if (recoveryCode === undefined) return undefined;
    const hash = hashRecoveryCode(recoveryCode);
    if (!(await this.repository.takeRecoveryCode(manager, organiserId, hash))) return undefined;
    await recordDeed(
      manager,
      { organiserId },
      'second_factor.recovery_code_used',
      'organiser',
      organiserId,
    );
    await this.notices.tell(manager, organiserId, 'recovery_code_used');
    return 'recovery_code';
  }

  private async takeTotp(
    manager: EntityManager,
    organiserId: string,
    code: string,
  ): Promise<boolean> {
    const factor = await this.repository.find(manager, organiserId);
    if (factor === undefined) return false;
    const { secret, stale } = this.secrets.open(organiserId, factor.secret);
    const step = stepOfCode(secret, code, factor.now);
    if (step === undefined) return false;
    return this.repository.takeStep(manager, organiserId, step, {
      checked: factor.secret,
      // Under the new key from now on, so that the previous one can go some day.
      kept: stale ? this.secrets.seal(organiserId, secret) : factor.secret,
    });
  }
}
