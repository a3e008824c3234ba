/** How a submission came in. */
export const SUBMISSION_CHANNELS = ['form', 'json', 'sms', 'telephone', 'stall_card'] as const;
export type SubmissionChannel = (typeof SUBMISSION_CHANNELS)[number];

/** Those that an organiser types. */
export const INTAKE_CHANNELS = ['telephone', 'stall_card'] as const;
export type IntakeChannel = (typeof INTAKE_CHANNELS)[number];
