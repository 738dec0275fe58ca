/** The run was cancelled, or terminated by force: by whom, the Temporal UI says. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';

  constructor(
    readonly run: string,
    how: 'cancelled' | 'terminated',
  ) {
    super(`run ${run} was ${how}`);
  }
}
