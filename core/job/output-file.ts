import { z } from 'zod';

/** Name of a file within a site's folder of predictions, with one of these extensions. */
export function outputFile(extensions: readonly string[]) {
  const dotted = extensions.map((extension) => `.${extension}`).join(' or ');
  return (
    z
      .string()
      .regex(new RegExp(`\\.(${extensions.join('|')})$`, 'i'), `the name of the file ends in ${dotted}`)
      // Whoever may start a workflow must not be able to write wherever a worker can.
      .refine((file) => !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(file), {
        message: 'the file is named within the folder of predictions: no absolute path, no ..',
      })
  );
}
