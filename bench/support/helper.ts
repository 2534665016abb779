import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A process of its own for a baseline, so that it shares no event loop, heap or JIT with what it is held against.
 * It idles between questions, and ends when disposed of.
 */
export class Helper<Question extends object, Answer> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  constructor(module: URL) {
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

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/**
 * In the helper's process: answers each question, and ends with the bench. An error ends the process too, with its
 * stack on stderr.
 */
export function answer(handler: (question: never) => unknown, close: () => unknown = () => undefined): void {
  process.on('message', (question) => {
    void Promise.resolve(handler(question as never)).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => {
    // isolated-vm now and then crashes in an orderly exit; a killed process has none.
    void Promise.resolve(close()).finally(() => process.kill(process.pid, 'SIGKILL'));
  });
}
