import assert from 'node:assert/strict';

/**
 * What is known of one part of a node: what it was when last asked, and, of the one change that may be under way, what it may
 * have made of that.
 */
export class Knowledge<Picture> {
  readonly #of: string;
  #known: Picture;
  /** Whether a picture is what the change that has not been answered can have led to. */
  #inDoubt: ((picture: Picture) => boolean) | undefined;
  acknowledged = 0;

  constructor(of: string, known: Picture) {
    this.#of = of;
    this.#known = known;
  }

  get known(): Picture {
    return this.#known;
  }

  /** A change that happens wholly or not at all. */
  async to(after: Picture, change: () => Promise<unknown>): Promise<void> {
    await this.while((picture) => isDeepEqual(picture, after), change);
    this.acknowledge(after);
  }

  /** A change of several parts: until it is over, the picture may be any that fits. */
  async while(fits: (picture: Picture) => boolean, change: () => Promise<unknown>): Promise<void> {
    this.#inDoubt = fits;
    await change();
    this.#inDoubt = undefined;
  }

  acknowledge(after: Picture): void {
    this.acknowledged++;
    this.#known = after;
  }

  /** Fails if it has not all that was acknowledged, or has half of anything; what it is is known from then on. */
  verify(picture: Picture): void {
    const fits = isDeepEqual(picture, this.#known) || this.#inDoubt?.(picture) === true;
    const [is, should] = [picture, this.#known].map((each) => JSON.stringify(each) ?? 'absent');
    assert.ok(fits, `${this.#of} is ${is}, should be ${should} or what was under way`);
    this.#known = picture;
    this.#inDoubt = undefined;
  }
}

export function isDeepEqual(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}
