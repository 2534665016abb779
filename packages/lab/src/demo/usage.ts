/** The command line was wrong; every complaint at once. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'));
  }
}

export const HELP = `Evolves programs inside the sandboxes of a Petri node, and shows what the node does to hostile ones.

  npm run demo                                    all parts: quadratic, kepler, containment
  npm run demo -- --problem kepler                one part
  npm run demo -- --data my.csv --target y        a formula for column y of your own file

  --problem NAME        quadratic, kepler, containment or all (default all)
  --data FILE           a CSV with a header row; needs --target
  --target COLUMN       the column to predict; all other columns of numbers are its inputs
  --min-r2 NUMBER       R² that counts as reached on the held-out rows of --data (default 0.9)
  --seed TEXT           the same seed finds the same programs (default 1)
  --population NUMBER   individuals in a generation, 20 to 100000 (default 400)
  --generations NUMBER  at most so many, 1 to 100000 (default 150; 60 for --data)
  --node HOST:PORT      use a running node; otherwise one is started, and stopped at the end
  --ca FILE             with --node: PEM of who signed its certificate; connects over TLS
  --token-file FILE     with --node: file with the token to send, of the role admin
  --isolation LEVEL     isolate: each candidate in a V8 isolate of its own (default of containment)
                        realm: each in a realm of its own, in isolates shared within a generation; faster
                        (default of evolution)
  --json                print one JSON document on standard output, and the rest on standard error
  --help                this text

Exit status: 0 every target reached, 1 a target missed or a failure, 2 wrong usage or an unusable file.
`;
