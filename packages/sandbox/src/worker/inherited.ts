import { closeSync, fstatSync } from 'node:fs';
import { RECORDER_FD } from '../protocol.ts';

// Numbers beyond it take longer to look through than they are likely to be used.
const HIGHEST = 1_024;

/**
 * Closes files that this process was born with, but for the flight recorder. The supervisor hides what its own parent left
 * open; but its threads open files that children inherit (V8 does when a thread starts), and a worker may be started at just
 * that moment. Nothing that Node.js keeps open for itself is a regular file.
 */
export function closeInheritedFiles(): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most numbers are an error
  for (let fd = RECORDER_FD + 1; fd < HIGHEST; fd++)
    try {
      if (fstatSync(fd).isFile()) closeSync(fd);
    } catch {
      // There is no such descriptor.
    }
  Error.stackTraceLimit = stackTraceLimit;
}
