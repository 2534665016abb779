import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A process of its own for a baseline, so that it shares no event loop, heap or JIT with what it is held against.
 * It idles between questions, and is killed when disposed of.
 */
export class Helper<Question extends object, Answer> implements Disposable {
  readonly #child: ChildProcess;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  constructor(module: URL) {
    // The exits of isolates under load crash now and then (isolated-vm); a killed process has none.
    this.#child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    process.once('exit', this.#kill);
  }

  /** One question at a time. Rejects if the process ends instead. */
  async ask(question: Question): Promise<Answer> {
    const ended = new AbortController();
    const onExit = () => ended.abort(new Error('a baseline process ended before it answered'));
    this.#child.once('exit', onExit);
    try {
      this.#child.send(question);
      const [answer] = (await once(this.#child, 'message', { signal: ended.signal })) as [Answer];
      return answer;
    } catch (thrown) {
      throw ended.signal.aborted ? ended.signal.reason : thrown;
    } finally {
      this.#child.off('exit', onExit);
    }
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#kill);
    this.#kill();
  }
}

/** In the helper's process: answers each question. An error ends the process, with its stack on stderr. */
export function answer(handler: (question: never) => unknown): void {
  process.on('message', (question) => {
    void Promise.resolve(handler(question as never)).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}
