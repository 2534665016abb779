/** A worker process: it hosts isolates and runs one slice of guest code at a time. Started by the supervisor alone. */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { frame, readFrames } from '../frames.ts';
import {
  type Answer,
  CHANNEL_FD,
  type FromWorker,
  RECORDER_FD,
  type Task,
  type ToWorker,
} from '../protocol.ts';
import { monotonicMs, RecorderWriter } from '../recorder.ts';
import { closeInheritedFiles } from './inherited.ts';
import { Nursery } from './nursery.ts';
import { Residents } from './residents.ts';
import { Tasks } from './tasks.ts';

// Answers go out at least this often while tasks are being done, in milliseconds.
const FLUSH_MS = 1;
// The channel is read at least this often, so that cancellation arrives.
const YIELD_MS = 4;
// Isolates are made ahead of need once nothing has happened for so long.
const IDLE_MS = 2;

// The script came by standard input, which is at its end.
process.stdin.destroy();
closeSync(0);
closeInheritedFiles();

const [warmSize = 0, warmBytes = 0, capacity = 1] = process.argv.slice(2).map(Number);

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
const recorder = new RecorderWriter(RECORDER_FD);
const nursery = new Nursery(warmSize, warmBytes);
const residents = new Residents(capacity);
const tasks = new Tasks(recorder, nursery, residents, answered, notify);

const queue: Task[] = [];
let outbox: FromWorker[] = [];
let answers: Answer[] = [];
let flushedAt = 0;
let draining = false;
let idleTimer: NodeJS.Timeout | undefined;
let warming: NodeJS.Immediate | undefined;

function answered(answer: Answer): void {
  answers.push(answer);
  if (!draining && (queue.length === 0 || monotonicMs() - flushedAt >= FLUSH_MS)) flush();
}

function notify(message: Extract<FromWorker, { id: number }>): void {
  outbox.push(message);
  if (!draining || message.kind === 'starting') flush();
}

function flush(): void {
  flushedAt = monotonicMs();
  const dropped = residents.takeDropped();
  if (answers.length > 0 || dropped.length > 0)
    // Before what is missing, which the supervisor sends again with the state that these leave.
    outbox.unshift({ kind: 'answers', answers, dropped });
  if (outbox.length === 0) return;
  channel.write(frame(outbox));
  outbox = [];
  answers = [];
}

function drain(): void {
  draining = true;
  recorder.hurry();
  const startedAt = monotonicMs();
  let now = startedAt;
  let task = queue.shift();
  while (task !== undefined) {
    tasks.run(task);
    now = monotonicMs();
    if (now - flushedAt >= FLUSH_MS) flush();
    if (tasks.goingOn || now - startedAt >= YIELD_MS) break;
    task = queue.shift();
  }
  draining = false;
  recorder.idle();
  // The channel is read before the second: what was taken back meanwhile must not begin.
  if (queue.length > 0) setImmediate(setImmediate, drain);
  else {
    flush();
    rest();
  }
}

function rest(): void {
  clearTimeout(idleTimer);
  clearImmediate(warming);
  if (nursery.urgent) warming = setImmediate(warm);
  else idleTimer = setTimeout(warm, IDLE_MS);
}

/** One realm a turn of the event loop: what arrives meanwhile goes first. */
function warm(): void {
  if (queue.length === 0 && nursery.warmOne()) warming = setImmediate(warm);
}

readFrames(channel, (messages) => {
  const idle = queue.length === 0;
  for (const message of messages as ToWorker[]) if (tasks.accept(message)) queue.push(message);
  // Not before the frames that came along are read: they may take this one back.
  if (idle && queue.length > 0) queueMicrotask(drain);
});
channel.on('close', () => process.kill(process.pid, 'SIGKILL'));

outbox.push({ kind: 'ready' });
flush();
rest();
