import { writeFile } from 'node:fs/promises';
import { formatCount, formatSmall } from '../cli/format.js';
import { print, tell } from '../cli/output.js';
import { showPlan } from '../cli/show-plan.js';
import { showTables } from '../cli/show-tables.js';
import { registered } from '../cli/register.js';
import type { LocalInstallation } from '../local-installation.js';
import { inferBothWays, type Inferred } from './infer.js';
import { showComparison, testMeasure } from './show-comparison.js';
import { trainAll, type AllTrained } from './train-all.js';
import type { Workspace } from './workspace.js';

/** What the three strategies may differ by. */
const MAX_PARAMETER_DIFFERENCE = 1e-8;
const MAX_PREDICTION_DIFFERENCE = 1e-10;

/** The story: register, train in every way, compare, infer in both ways, compare. @throws Error when a difference exceeds its bound */
export async function tellStory(
  { client, ui }: LocalInstallation,
  workspace: Workspace,
  jsonFile: string | undefined,
): Promise<void> {
  const { config } = workspace;
  const silos = config.silos.map(({ name }) => name);
  for (const silo of silos) tell(`registered ${registered(await client.registerSilo(silo))}`);
  print('\nWhat the catalog knows; no row has left its silo:\n');
  print(showTables((await client.ask({ about: 'tables' })).tables ?? []));
  tell(`\nTraining "${workspace.job.name}" in four ways; watch at ${ui}`);

  const trained = await trainAll(client, workspace);
  print('\nThe same model, by different ways:\n');
  print(showComparison(trained.models, silos));
  for (const { strategy, keepers } of trained.models) {
    if (keepers.length === 0) continue;
    print(
      `\n${strategy}: the parameters stay in the stores of ${[...new Set(keepers)].join(', ')}. This demo compares them because it runs where ` +
        'all these stores are; a coordinator has no access to them.\nRows were matched on keys hashed under a secret of the run; partial ' +
        'products travel in the plain channel, not yet masked or encrypted.',
    );
  }
  print(`\nWhat the planner decided for auto:\n\n${showPlan(trained.plan)}`);

  const reference = trained.models[0]?.result.model;
  tell();
  const inferred = await inferBothWays(
    client,
    reference === undefined ? workspace.job.name : `${reference.name}@${reference.version}`,
  );
  print(
    `\nInference: ${formatCount(inferred.rows)} rows scored twice, materialised and factorised; largest difference ${formatSmall(inferred.maxAbsDiff)}`,
  );
  for (const file of inferred.files) print(`  ${file}`);
  print('  (both ways add up the same partial scores in the same order: even the last bit may be equal)');
  if (jsonFile !== undefined)
    await writeFile(jsonFile, `${JSON.stringify(factsOf(trained, inferred), null, 2)}\n`);
  checkBounds(trained, inferred);
}

function factsOf({ models, plan }: AllTrained, { rows, maxAbsDiff }: Inferred): unknown {
  return {
    strategies: models.map(({ strategy, result, maxAbsParamDiff }) => ({
      strategy,
      testAuc: testMeasure(result, 'auc'),
      testLogLoss: testMeasure(result, 'logLoss'),
      seconds: result.seconds,
      rounds: result.rounds,
      bytesOut: result.bytesOut,
      maxAbsParamDiff,
    })),
    plan: { chosen: plan.chosen, candidates: plan.candidates },
    inference: { rows, maxAbsDiff },
  };
}

function checkBounds({ models }: AllTrained, { maxAbsDiff }: Inferred): void {
  const wrong = models
    .filter(({ maxAbsParamDiff }) => !(maxAbsParamDiff <= MAX_PARAMETER_DIFFERENCE))
    .map(
      ({ strategy, maxAbsParamDiff }) =>
        `${strategy} differs from materialize by ${formatSmall(maxAbsParamDiff)} in a parameter, more than ${formatSmall(MAX_PARAMETER_DIFFERENCE)}`,
    );
  if (!(maxAbsDiff <= MAX_PREDICTION_DIFFERENCE)) {
    wrong.push(
      `factorised predictions differ by ${formatSmall(maxAbsDiff)}, more than ${formatSmall(MAX_PREDICTION_DIFFERENCE)}`,
    );
  }
  if (wrong.length > 0) throw new Error(`the ways do not give the same model:\n  ${wrong.join('\n  ')}`);
}
