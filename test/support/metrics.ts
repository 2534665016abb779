/** The metrics of this process, collected when asked. Import it before what makes instruments. */
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Asked extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new Asked();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** The value of a counter or gauge, over all attributes. */
export async function metricOf(name: string): Promise<number> {
  const { resourceMetrics } = await reader.collect();
  let total = 0;
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics))
    for (const { value } of dataPoints)
      if (descriptor.name === name && typeof value === 'number') total += value;
  return total;
}

/** Values of a counter or gauge by one of its attributes, of those that have `others`. */
export async function metricBy(
  name: string,
  attribute: string,
  others: Record<string, string> = {},
): Promise<Record<string, number>> {
  const { resourceMetrics } = await reader.collect();
  const values: Record<string, number> = {};
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics))
    for (const { attributes, value } of dataPoints) {
      const key = attributes[attribute];
      const wanted = Object.entries(others).every(([other, is]) => attributes[other] === is);
      if (wanted && descriptor.name === name && typeof key === 'string' && typeof value === 'number')
        values[key] = value;
    }
  return values;
}

/** How many values a histogram was given, over all attributes, and their sum. */
export async function histogramOf(name: string): Promise<{ count: number; sum: number }> {
  const { resourceMetrics } = await reader.collect();
  const total = { count: 0, sum: 0 };
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics))
    for (const { value } of dataPoints) {
      if (descriptor.name !== name || typeof value !== 'object' || !('buckets' in value)) continue;
      total.count += value.count;
      total.sum += value.sum ?? 0;
    }
  return total;
}
