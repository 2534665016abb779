import { type Context, context } from '@opentelemetry/api';

/** The same values; whatever the source does to make them happens in the given context. */
export function within<T>(active: Context, source: AsyncIterable<T>): AsyncIterableIterator<T, void> {
  const values = source[Symbol.asyncIterator]();
  return {
    next: () => context.with(active, () => values.next()),
    return: async () => {
      await context.with(active, () => values.return?.());
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
