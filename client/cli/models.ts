import type { Command } from 'commander';
import type { ModelVersionRecord } from '../../catalog/catalog.js';
import type { ModelOrigin } from '../../core/models/model.js';
import type { ModelSummary } from '../../workflows/contracts/activities.js';
import { formatBytes, formatCount, formatSkipped, formatTime, measuresOf, NONE } from './format.js';
import { facts, print, printJson, table, tell } from './output.js';
import { optionsOf, withClient } from './session.js';
import { showParties } from './show-plan.js';
import { showValidation } from './show-validation.js';

/** `amalur models [MODEL]` */
export function addModels(root: Command): void {
  root
    .command('models')
    .description('list models with their versions, or tell all about one')
    .argument('[model]', 'name, name@version or name@alias')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur models\n  $ amalur models returns@2\n  $ amalur models returns@latest --json',
    )
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      await withClient(options, async ({ client }) => {
        const { models = [], model } = await client.ask(
          name === undefined ? { about: 'models' } : { about: 'model', model: name },
        );
        if (options.json === true) printJson(model ?? models);
        else if (model !== undefined) print(showModel(model));
        else if (models.length > 0) print(showModels(models));
        else tell('There is no model yet: amalur train JOB makes one.');
      });
    });
}

function showModels(models: readonly ModelSummary[]): string {
  return table(
    [
      { head: 'model' },
      { head: 'type' },
      { head: 'test' },
      { head: 'aliases' },
      { head: 'made' },
      { head: 'by run' },
    ],
    models.map(({ name, version, type, metrics, aliases, createdAt, run }) => [
      `${name}@${version}`,
      type,
      measuresOf(metrics.test)
        .map((pair) => pair.join(' '))
        .join(', '),
      aliases.join(', ') || NONE,
      formatTime(createdAt),
      run,
    ]),
  );
}

/** All that the catalog knows of a model. */
export function showModel(model: ModelVersionRecord): string {
  const { manifest, metrics, resolved } = model;
  return [
    facts([
      ['model', `${model.name}@${model.version}`],
      ['type', manifest.type],
      ['aliases', model.aliases.join(', ') || NONE],
      ['made', `${formatTime(model.createdAt)} by run ${model.run}`],
      ...(manifest.origin === undefined ? [] : [['imported as', cameFrom(manifest.origin)] as const]),
      ...(manifest.skipped === undefined
        ? []
        : [['trained without', formatSkipped(manifest.skipped)] as const]),
      // A model with other parameters of its own has no intercept.
      ...(manifest.own === undefined ? ([['intercept', String(manifest.intercept)]] as const) : []),
      ...(manifest.interceptError === undefined
        ? []
        : ([['its standard error', String(manifest.interceptError)]] as const)),
      ...(manifest.nonZero === undefined
        ? []
        : ([['not 0', `${formatCount(manifest.nonZero)} parameters`]] as const)),
      ...measuresOf(metrics.test).map(([measure, value]) => [`test ${measure}`, value] as const),
    ]),
    '',
    ...(manifest.validation === undefined ? [] : [showValidation(manifest.validation), '']),
    table(
      [{ head: 'part of' }, { head: 'is kept in' }, { head: 'size', align: 'right' }, { head: 'sha256' }],
      [
        ...Object.entries(manifest.parts),
        ...(manifest.interactions ? [['products of tables', manifest.interactions] as const] : []),
        ...(manifest.network ? [['layers above the first', manifest.network] as const] : []),
        ...(manifest.classes ? [['names of classes', manifest.classes] as const] : []),
      ].map(([party, { home, bytes, sha256 }]) => [
        party,
        home === 'exchange' ? 'the exchange' : `the store of ${home.replace('private:', '')} only`,
        formatBytes(bytes),
        sha256.slice(0, 12),
      ]),
    ),
    '',
    showParties(resolved),
  ].join('\n');
}

function cameFrom({ model, createdAt, file }: ModelOrigin): string {
  return `${model} of ${formatTime(createdAt)}, file ${file.slice(0, 12)}`;
}
