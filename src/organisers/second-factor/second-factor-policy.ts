import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration.js';
import type { Role } from '../permissions.js';

/** Who sees the whole country, or carries it out of the house. */
const NATIONAL_ROLES: readonly Role[] = ['national_administrator', 'data_protection_officer'];

/** What an account holds at this moment, as far as it says who needs a second factor. */
export interface Holdings {
  readonly roles: readonly Role[];
  /** Whether one of its grants is on the national office, in whatever role. */
  readonly national: boolean;
}

/** Who has to have a second factor (`SECOND_FACTOR_FOR`). */
@Injectable()
export class SecondFactorPolicy {
  constructor(private readonly configuration: Configuration) {}

  /** Whether somebody with these holdings has to have one. */
  isRequired({ roles, national }: Holdings): boolean {
    switch (this.configuration.secondFactorFor) {
      case 'nobody':
        return false;
      case 'national':
        return national || roles.some((role) => NATIONAL_ROLES.includes(role));
      case 'everybody':
        return true;
    }
  }
}
