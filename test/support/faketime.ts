/** Processes whose clock is wrong. */
import { existsSync } from 'node:fs';
import { aptInstall } from '@petri/service-cluster';

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

/** Why tests with it are skipped; false if they are not. */
export const WITHOUT_FAKETIME: string | false =
  existsSync(LIBRARY) || (aptInstall('faketime', process.env) && existsSync(LIBRARY))
    ? false
    : `there is no ${LIBRARY}, and it could not be installed by "apt-get install faketime"`;

/** Environment of a process whose clock is off by `offset`, such as "+1h". Its monotonic clock stays. */
export function clockOff(offset: string): Record<string, string> {
  return { LD_PRELOAD: LIBRARY, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
