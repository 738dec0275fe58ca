import type { Command } from 'commander';
import { formatBytes } from '../../core/planner/format.js';
import type { GarbageRequest, GarbageResult } from '../../workflows/contracts/garbage.js';
import { formatCount, formatTime } from './format.js';
import { print, printJson, table, tell } from './output.js';
import { optionsOf, withClient } from './session.js';

/** `amalur gc` */
export function addGc(root: Command): void {
  root
    .command('gc')
    .description(
      'remove what ended runs have left in the exchange and in the private stores; models stay usable',
    )
    .option(
      '--keep-runs <span>',
      'how long ended runs stay: 12h, 30d, 4w (default: `retention` of the configuration)',
    )
    .option('--dry-run', 'say what would go, and remove nothing')
    .addHelpText(
      'after',
      '\nA run whose records are gone cannot be reset or repeated from where it was.' +
        '\n\nExamples:\n  $ amalur gc --dry-run\n  $ amalur gc --keep-runs 90d',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<GarbageRequest>(command);
      const { keepRuns, dryRun } = options;
      await withClient(options, async ({ client }) => {
        const result = await client.collectGarbage({
          ...(keepRuns !== undefined && { keepRuns }),
          ...(dryRun === true && { dryRun }),
        });
        if (options.json === true) printJson(result);
        else show(result);
      });
    });
}

function show({ dryRun, before, heldBackBy, stores, silent }: GarbageResult): void {
  const went = dryRun ? 'would go' : 'removed';
  print(
    table(
      [
        { head: 'store' },
        ...[`blobs ${went}`, `records ${went}`, 'bytes', 'bytes that stay'].map(
          (head) => ({ head, align: 'right' }) as const,
        ),
      ],
      stores.map(({ store, blobs, records }) => [
        store,
        formatCount(blobs.freed),
        formatCount(records.freed),
        formatBytes(blobs.freedBytes + records.freedBytes),
        formatBytes(blobs.keptBytes + records.keptBytes),
      ]),
    ),
  );
  const unfinished = stores.reduce((sum, one) => sum + (one.unfinished ?? 0), 0);
  if (unfinished > 0) {
    const what = unfinished === 1 ? 'file or upload was' : 'files and uploads were';
    tell(`${formatCount(unfinished)} ${what} begun more than a day ago and never finished: ${went} too.`);
  }
  const unlisted = stores.filter((one) => one.unfinished === null).map(({ store }) => store);
  if (unlisted.length > 0)
    tell(`Uploads that were never finished could not be listed in ${unlisted.join(', ')}; they stay.`);
  tell(`Only what was stored before ${formatTime(before)} was looked at.`);
  if (heldBackBy !== undefined)
    tell(
      `It is not later because the run ${heldBackBy} is open since then; amalur runs ${heldBackBy} tells of it.`,
    );
  if (silent.length > 0)
    tell(`No worker answered at ${silent.join(', ')}: nothing was removed there, nor from the exchange.`);
}
