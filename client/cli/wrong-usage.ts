import type { CommanderError } from 'commander';
import { AmalurError } from '../../core/errors.js';

/** A command line that commander does not take, as an error with a code; the field is the option or argument that it names. */
export function wrongUsage({ message, code }: CommanderError): AmalurError {
  const said = message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  // `option '-n, --limit <count>' …`, `required argument 'job'`
  const [, field] = /'(?:-\w, )?(-{0,2}[\w-]+)/.exec(said) ?? [];
  return new AmalurError('AMALUR_WRONG_USAGE', code === 'commander.help' ? 'a command is wanted' : said, {
    ...(field !== undefined && { field }),
    suggestion: 'add --help to the command to see what there is',
  });
}
