import type { Command } from 'commander';
import { EXIT } from './exit-codes.js';
import { machineChecks } from '../doctor/machine-checks.js';
import { runChecks, type Finding } from '../doctor/check.js';
import { print, printJson } from './output.js';
import { configOf, optionsOf } from './session.js';

/** `amalur doctor` */
export function addDoctor(root: Command): void {
  root
    .command('doctor')
    .description(
      'check this machine, the configuration, the server, the workers and every table; say how to mend what is wrong',
    )
    .addHelpText(
      'after',
      '\nEnds with 1 if something is wrong.\n\nExamples:\n  $ amalur doctor\n  $ amalur doctor --json',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const show =
        options.json === true ? () => undefined : (finding: Finding) => print(showFinding(finding));
      const config = await runChecks(
        [{ name: 'configuration', run: async () => describeConfig(configOf(options)) }],
        show,
      );
      const findings = [...(await runChecks(machineChecks(), show)), ...config];
      if (config.every(({ ok }) => ok)) {
        const { installationChecks } = await import('../doctor/installation-checks.js');
        findings.push(...(await installationChecks(configOf(options), show)));
      }
      if (options.json === true) printJson(findings);
      if (findings.some(({ ok }) => !ok)) process.exitCode = EXIT.error;
    });
}

function describeConfig({ file, silos }: ReturnType<typeof configOf>): string {
  const tables = silos.reduce((sum, silo) => sum + silo.tables.length, 0);
  return `${file}: ${silos.length} silos, ${tables} tables`;
}

function showFinding({ ok, name, detail, mend }: Finding): string {
  return `${ok ? '✓' : '✗'} ${name}: ${detail}${mend === undefined ? '' : `\n    → ${mend}`}`;
}
