/** The metrics of this process, collected when asked. Import it before what makes instruments. */
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Asked extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new Asked();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** Values of a counter or gauge by the value of one of its attributes, those of points without it under ''. */
export async function metricBy(name: string, attribute: string): Promise<Record<string, number>> {
  const { resourceMetrics } = await reader.collect();
  const values: Record<string, number> = {};
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics))
    for (const { attributes, value } of dataPoints)
      if (descriptor.name === name && typeof value === 'number')
        values[String(attributes[attribute] ?? '')] = value;
  return values;
}
