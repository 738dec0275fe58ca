/** Resolves at Ctrl-C, SIGTERM or the end of the terminal. A second Ctrl-C ends this process at once, and its children end by themselves. */
export function untilAskedToStop(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve(undefined);
      });
    }
  });
}
