import type { MessageInitShape } from '@bufbuild/protobuf';
import { type ScanReportSchema, ScanSeverity } from '@petri/contracts/v1';
import type { ScanReport } from '@petri/sandbox';
import { uint32 } from './numbers.ts';

export function scanMessage(report: ScanReport): MessageInitShape<typeof ScanReportSchema> {
  return {
    findings: report.findings.map(({ severity, line, column, ...rest }) => ({
      ...rest,
      severity: ScanSeverity[severity],
      line: uint32(line),
      column: uint32(column),
    })),
    dropped: uint32(report.dropped),
    refused: report.refused,
  };
}
