/** What a profile does about what a rule finds. */
export type Action = 'refuse' | 'report' | 'ignore';

/** CRITICAL has no honest use in a guest, WARNING seldom has one, INFO often has. */
export type Severity = 'INFO' | 'WARNING' | 'CRITICAL';

/** One place in a genome's source that a rule speaks of. Lines and columns count from 1, columns in UTF-16 units. */
export type Finding = {
  /** Id of the rule, such as "constructor-escape". */
  rule: string;
  severity: Severity;
  module: string;
  line: number;
  column: number;
  /** For people. */
  message: string;
  /** Whether the profile refuses code for it. */
  refused: boolean;
};

/** What the scan of a genome came to, in the order of the modules and their lines. */
export type ScanReport = {
  findings: Finding[];
  /** Findings past the limit: of those, too, it counts whether code is refused for them. */
  dropped: number;
  /** Whether the profile refuses the genome. */
  refused: boolean;
};

/** Findings kept of one genome: more would only repeat themselves. */
export const MAX_FINDINGS = 100;

/** Some findings as a report. Those that code is refused for are kept before others. */
export function reportOf(found: readonly Finding[]): ScanReport {
  const refused = found.some((each) => each.refused);
  if (found.length <= MAX_FINDINGS) return { findings: [...found], dropped: 0, refused };
  const kept = new Set([...found.filter((each) => each.refused), ...found].slice(0, MAX_FINDINGS));
  // What is refused comes twice in the list that is cut, and once in the set.
  const findings = found.filter((each) => kept.has(each));
  return { findings, dropped: found.length - findings.length, refused };
}
