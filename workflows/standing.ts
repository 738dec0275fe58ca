import { CancellationScope, ContinueAsNew, isCancellation, log } from '@temporalio/workflow';
import type { Steering as Told } from '../core/training/steering.js';
import { catalog, standings } from './activity-proxies.js';
import type { Reached, Standing } from './contracts/standing.js';

/** A run that is terminated, or runs out of time, cannot say where it stood: the catalog is told so often. */
const KEEP_EVERY_MS = 60_000;

/**
 * Keeps in the catalog where a training stands, so that another run can go on from there. What was kept too early costs nothing but
 * time: steps that were made since are answered by the journal.
 */
export class StandingKeeper {
  #latest: Standing | undefined;
  #keptAt = -Infinity;

  /**
   * @param execution of the run
   * @param from where the training goes on
   */
  constructor(
    private readonly execution: string,
    readonly from: Reached = {},
  ) {}

  /** The training is about to take its next step from here. */
  async reached(journal: string, reached: Reached, told: Told): Promise<void> {
    this.#latest = { journal, reached, told };
    if (Date.now() - this.#keptAt < KEEP_EVERY_MS) return;
    try {
      await this.keep(standings);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.#keptAt = Date.now();
      log.warn('where the training stands is not in the catalog', { error });
    }
  }

  async keep(by: Pick<typeof catalog, 'keepStanding'> = catalog): Promise<void> {
    if (this.#latest === undefined) return;
    this.#keptAt = Date.now();
    await by.keepStanding(this.execution, this.#latest);
  }

  /** Does a training, and keeps where it stood when it ends before its time, cancelled or failed. */
  async during<T>(training: () => Promise<T>): Promise<T> {
    try {
      return await training();
    } catch (error) {
      if (!(error instanceof ContinueAsNew)) {
        await CancellationScope.nonCancellable(() => this.keep()).catch((unkept: unknown) => {
          // Why the run ended matters more than that the catalog doesn't know where it stood.
          log.warn('where the training stood is not in the catalog', { error: unkept });
        });
      }
      throw error;
    }
  }
}
