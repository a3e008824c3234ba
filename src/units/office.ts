/** The offices a unit may have; of each at most one. */
export type Office =
  | 'national_office'
  | 'regional_organiser'
  | 'branch_secretary'
  | 'treasurer'
  | 'data_protection_officer'
  | 'safeguarding_officer';
