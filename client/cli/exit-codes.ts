/** How the command line ends. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** The person detached from the run or cancelled it, or it was cancelled elsewhere. */
  detached: 130,
} as const;
