/** How long a message that could not be settled waits before it is delivered again, in milliseconds. */
export const RETRY_MS = 100;
