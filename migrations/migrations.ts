import { CreatePlatform1764000000000 } from './1764000000000-CreatePlatform.js';
import { CreateUnits1764000001000 } from './1764000001000-CreateUnits.js';
import { CreatePeople1764000002000 } from './1764000002000-CreatePeople.js';
import { CreateJoin1764000003000 } from './1764000003000-CreateJoin.js';
import { CreatePolicies1764000004000 } from './1764000004000-CreatePolicies.js';
import { CreatePostcodeDatasets1764000005000 } from './1764000005000-CreatePostcodeDatasets.js';
import { WidenCoverageRules1764000006000 } from './1764000006000-WidenCoverageRules.js';
import { CreateAllocationRuns1764000007000 } from './1764000007000-CreateAllocationRuns.js';
import { SealAuditTrail1764000008000 } from './1764000008000-SealAuditTrail.js';
import { TellSessionsApart1764000009000 } from './1764000009000-TellSessionsApart.js';
import { TellOrganisers1764000010000 } from './1764000010000-TellOrganisers.js';
import { InviteOrganisers1764000011000 } from './1764000011000-InviteOrganisers.js';
import { AddSecondFactors1764000012000 } from './1764000012000-AddSecondFactors.js';
import { AddOpenIdSignIn1764000012500 } from './1764000012500-AddOpenIdSignIn.js';
import { GuardGrants1764000013000 } from './1764000013000-GuardGrants.js';
import { CreateForms1764000014000 } from './1764000014000-CreateForms.js';
import { CreateApiKeys1764000014500 } from './1764000014500-CreateApiKeys.js';
import { TakeStaffIntake1764000015000 } from './1764000015000-TakeStaffIntake.js';
import { HoldRightsUntilCommit1764000016000 } from './1764000016000-HoldRightsUntilCommit.js';
import { AwaitTransactions1764000017000 } from './1764000017000-AwaitTransactions.js';

/** Every migration in its order. One that has landed is never changed; the list only grows. */
export const migrations = [
  CreatePlatform1764000000000,
  CreateUnits1764000001000,
  CreatePeople1764000002000,
  CreateJoin1764000003000,
  CreatePolicies1764000004000,
  CreatePostcodeDatasets1764000005000,
  WidenCoverageRules1764000006000,
  CreateAllocationRuns1764000007000,
  SealAuditTrail1764000008000,
  TellSessionsApart1764000009000,
  TellOrganisers1764000010000,
  InviteOrganisers1764000011000,
  AddSecondFactors1764000012000,
  AddOpenIdSignIn1764000012500,
  GuardGrants1764000013000,
  CreateForms1764000014000,
  CreateApiKeys1764000014500,
  TakeStaffIntake1764000015000,
  HoldRightsUntilCommit1764000016000,
  AwaitTransactions1764000017000,
];
