import { AmalurError } from '../../core/errors.js';

/** Something that must be right; `run` says what it found, or throws what is wrong. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** How to mend it. */
  readonly mend?: string;
}

/** What is wrong, and how to mend it. */
export class Wrong extends Error {
  constructor(
    message: string,
    readonly mend: string,
  ) {
    super(message);
  }
}

/** Makes the checks one after the other, each finding shown as soon as it is there. */
export async function runChecks(
  checks: readonly Check[],
  show: (finding: Finding) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await findingOf(check);
    show(finding);
    findings.push(finding);
  }
  return findings;
}

async function findingOf({ name, run }: Check): Promise<Finding> {
  try {
    return { name, ok: true, detail: await run() };
  } catch (error) {
    const mend =
      error instanceof Wrong ? error.mend : error instanceof AmalurError ? error.suggestion : undefined;
    const detail = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail, ...(mend !== undefined && { mend }) };
  }
}
