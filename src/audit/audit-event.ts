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

/** One entry of the audit trail. No name, and no text that anybody typed. */
export interface AuditEvent {
  readonly actorKind: ActorKind;
  /** The organiser, duty or person; null where the kind says it all. */
  readonly actorId: string | null;
  /** What was done, dotted, in the past tense or as a noun: `person.read`, `session.created`. */
  readonly action: string;
  /** The kind of record it was done to, by its table: `person`, `follow_up`. */
  readonly subjectKind: string;
  readonly subjectId: string | null;
}
