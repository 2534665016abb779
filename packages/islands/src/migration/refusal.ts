/** Of a message for people; a stranger's migrant may have names of any length. */
const MAX_MESSAGE = 300;

/** Why a migrant is not let in. `reason` is stable, for programs. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message);
    this.reason = reason;
  }
}
