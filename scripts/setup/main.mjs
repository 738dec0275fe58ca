// The set-up: a list of steps, each run when its check finds nothing there.
import { removeTemporary } from './files.mjs';
import { inCache, inRoot } from './locations.mjs';
import { withLocks } from './lock.mjs';
import { diskUse, line, megabytes, seconds, title } from './report.mjs';
import * as compile from './steps/build.mjs';
import * as duckdb from './steps/duckdb.mjs';
import * as packages from './steps/packages.mjs';
import * as objects from './steps/objects.mjs';
import * as postgres from './steps/postgres.mjs';
import * as prisma from './steps/prisma.mjs';
import * as productionServer from './steps/production-server.mjs';
import * as temporal from './steps/temporal.mjs';
import * as tensorflow from './steps/tensorflow.mjs';

async function perform(step, required) {
  const started = Date.now();
  try {
    const there = await step.check();
    if (there !== undefined) {
      line(step.name, `skipped: already there (${there})`);
      return true;
    }
    line(step.name, 'started');
    const route = await step.execute();
    let bytes = 0;
    for (const path of await step.disk()) bytes += await diskUse(path);
    line(step.name, `done by ${route} in ${seconds(Date.now() - started)}, ${megabytes(bytes)} on disk`);
    return true;
  } catch (error) {
    if (step.optional && (!required || step.neverRequired)) {
      line(step.name, `NOT AVAILABLE: ${step.optional}.\n  ${error.message}`);
      return true;
    }
    line(step.name, `FAILED: ${error.message}`);
    return false;
  }
}

/** Takes the locks and runs the steps in order; false when one failed, after having said what and how to mend it. */
async function performAll(steps, withTests) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major === 23) {
    title(`Amalur needs Node 20.19 or later (20, 22 or 24); this is ${process.versions.node}.`);
    return false;
  }
  return withLocks([inCache('setup.lock'), inRoot('.amalur', 'setup.lock')], async () => {
    await removeTemporary();
    for (const step of steps) if (!(await perform(step, withTests))) return false;
    return true;
  });
}

export async function setup({ withTests = false, withProductionServer = false, build = true } = {}) {
  title('Amalur set-up');
  const steps = [packages, tensorflow, temporal, duckdb, prisma];
  if (withTests) steps.push(postgres, objects);
  if (withProductionServer) steps.push(productionServer);
  if (build) steps.push(compile);
  return performAll(steps, withTests);
}

/** Generates and compiles only: for use while developing, when everything else is there. */
export const buildOnly = () => performAll([prisma, compile], false);
