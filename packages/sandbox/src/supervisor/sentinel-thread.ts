/** The thread of sentinel.ts: it shares nothing with the node's but descriptors and a few bytes. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs, RecorderReader } from '../recorder.ts';
import { sampleProcess } from './proc-stat.ts';
import { type Watched, WHY } from './sentinel.ts';

const TICK_MS = 50;
// The watchdog would have ended what is so late, were the node's thread not busy with something else; or so large.
const LATE_MS = 250;
const LARGE = 1.5;

const most = (workerData as number) * LARGE;
const watched = new Map<number, { fd: number; recorder: RecorderReader; sentence: Float64Array }>();

function watch({ pid, recorderFd, sentence }: Watched): void {
  // Of its own: the node closes its one whenever it likes.
  const fd = openSync(`/proc/self/fd/${recorderFd}`, 'r');
  watched.set(pid, { fd, recorder: new RecorderReader(fd), sentence });
}

function forget(pid: number): void {
  const entry = watched.get(pid);
  watched.delete(pid);
  if (entry !== undefined) closeSync(entry.fd);
}

function look(): void {
  for (const [pid, { recorder, sentence }] of watched) {
    const { taskId, deadlineAt } = recorder.read();
    if (taskId === 0 || sentence[0] !== WHY.none) continue;
    const sample = sampleProcess(pid);
    if (sample === undefined || sample.stopped) continue;
    const late = monotonicMs() > deadlineAt + LATE_MS;
    if (!late && sample.rssBytes <= most) continue;
    sentence[1] = taskId;
    sentence[0] = late ? WHY.late : WHY.large;
    process.kill(pid, 'SIGKILL');
  }
}

parentPort?.on('message', (message: Watched | number) => {
  if (typeof message === 'number') forget(message);
  else watch(message);
});
setInterval(look, TICK_MS);
