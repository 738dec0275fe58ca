// Ways to get an artefact, tried in order.
import { line } from './report.mjs';

/**
 * Runs the first route that works and returns its name.
 * When none does, throws one error with the reason of each and the remedy.
 */
export async function firstRoute(step, routes, remedy) {
  const reasons = [];
  for (const { name, run } of routes) {
    try {
      await run();
      return name;
    } catch (error) {
      reasons.push(`${name}: ${error.message}`);
      line(step, `${name} not possible (${error.message.split('\n')[0]})`);
    }
  }
  const tried = reasons.map((reason) => `    ${reason.replaceAll('\n', '\n      ')}`).join('\n');
  throw new Error(`no way worked on ${process.platform}-${process.arch}.\n${tried}\n  Remedy: ${remedy}`);
}
