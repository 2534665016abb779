/** The longest any run or load may be asked to take, in milliseconds. */
export const MAX_TIMEOUT_MS = 3_600_000;
