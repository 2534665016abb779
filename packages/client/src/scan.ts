import type { ScanReport as WireScanReport } from '@petri/contracts/v1';
import { type ScanSeverity, severityName } from './enums.ts';

/** One place in a genome's source that a rule of the security scan speaks of. Lines and columns count from 1. */
export type ScanFinding = {
  /** Such as "constructor-escape"; SECURITY.md lists all. */
  rule: string;
  severity: ScanSeverity;
  module: string;
  line: number;
  /** In UTF-16 code units, as JavaScript counts. */
  column: number;
  message: string;
  /** Whether the security profile refuses code for it; otherwise it is advice. */
  refused: boolean;
};

export type ScanReport = {
  findings: ScanFinding[];
  /** Findings left out: there are at most 100. */
  dropped: number;
  /** Whether the security profile refuses the genome. */
  refused: boolean;
};

export function scanReport({ findings, dropped, refused }: WireScanReport): ScanReport {
  return {
    findings: findings.map(({ rule, severity, module, line, column, message, refused: forIt }) => ({
      rule,
      severity: severityName(severity),
      module,
      line,
      column,
      message,
      refused: forIt,
    })),
    dropped,
    refused,
  };
}
