/** What kind of actor did something; the database knows the same names. */
export const ACTOR_KINDS = [
  'organiser',
  'duty_link',
  'person',
  'api_key',
  'system',
  'command_line',
] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** The kinds of record that the trail tells of, each by its table. */
export const SUBJECT_KINDS = [
  'allocation_run',
  'api_key',
  'audit_event',
  'coverage_rule',
  'follow_up',
  'form',
  'join_batch',
  'join_submission',
  'organiser',
  'organiser_grant',
  'organiser_invitation',
  'organiser_session',
  'outbox',
  'person',
  'post',
  'post_cover',
  'postcode_dataset',
  'unit',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** One entry of the audit trail. No name, and no text that anybody typed. */
export interface AuditEvent {
  readonly actorKind: ActorKind;
  /** The organiser or the key; null where the kind says it all. */
  readonly actorId: string | null;
  /** What was done, dotted, in the past tense or as a noun: `person.read`, `session.created`. */
  readonly action: string;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string | null;
}
