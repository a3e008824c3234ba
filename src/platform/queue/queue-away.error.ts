/** The queue cannot be reached, or takes nothing at all for the moment. */
export class QueueAwayError extends Error {
  override readonly name = 'QueueAwayError';
}
