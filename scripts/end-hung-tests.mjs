// --test-timeout ends a test, but not a test file whose process stays alive through what it left open.
const LIMIT_MS = 300_000;
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  const timer = setTimeout(() => {
    console.error(
      `${process.argv[1]}: still running after ${LIMIT_MS / 1000} s; open: ${process.getActiveResourcesInfo().join(', ')}`,
    );
    process.exit(1);
  }, LIMIT_MS);
  timer.unref();
}
