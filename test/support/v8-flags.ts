import manifest from '../../package.json' with { type: 'json' };

/** How `npm start` sets V8, for services that are started in other ways. */
export const V8_FLAGS = flagsOf(manifest.scripts.start);

/** V8's part of a command line that starts a service. */
export function flagsOf(command: string): string[] {
  return command.split(/[\s"=]+(?=--)|\s+/).filter((word) => word.startsWith('--max-semi-space-size='));
}
