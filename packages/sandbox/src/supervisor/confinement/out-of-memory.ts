/** Out of memory, the kernel ends what follows before anything else: a worker can be replaced, the node can't. */
export function endedFirst(): string[] {
  return ['/usr/bin/choom', '-n', '1000', '--'];
}
