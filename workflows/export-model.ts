import { workflowInfo } from '@temporalio/workflow';
import { entryOf } from '../core/entry-of.js';
import { AmalurError } from '../core/errors.js';
import { EXPORT_ENDINGS, exportFormat, type ExportFormat } from '../core/job/export-formats.js';
import { requireExportable } from '../core/job/require-exportable.js';
import { shareId } from '../core/job/resolved.js';
import { aggregatorAt, catalog } from './activity-proxies.js';
import type { ExportRequest, ExportResult } from './contracts/results.js';
import { coded, failureToThrow } from './failures.js';

/** Writes a model with the encoding of its columns into one file, in a format that other programs read: ONNX, or that of TensorFlow.js. */
export async function exportModel(request: ExportRequest): Promise<ExportResult> {
  try {
    const { runId: execution } = workflowInfo();
    const { name, version, manifest, resolved } = await catalog.findExport(request);
    requireExportable(manifest, resolved);
    const { type, intercept, own, network } = manifest;
    const format = exportFormat(request);
    const written = await aggregatorAt('aggregator', `write ${name}@${version}`).exportModel({
      execution,
      name: `${name}@${version}`,
      format,
      model: { type, intercept, ...(own && { own }), ...(network && { network }) },
      // Those who share columns have parts that are alike.
      groups: resolved.groups.flatMap((group) => {
        const [first, ...others] = group.shares;
        if (!first || group.features.length === 0) return [];
        const part = entryOf(manifest.parts, shareId(group, first.party));
        return [{ prefix: others.length === 0 ? `${first.party}.` : '', part }];
      }),
      output: request.output ?? defaultOutput(`${name}-${version}-${execution}`, format),
    });
    const { file, bytes, sha256 } = written;
    return { model: `${name}@${version}`, file, bytes, sha256 };
  } catch (error) {
    throw failureToThrow(error instanceof AmalurError ? coded(error) : error);
  }
}

/** A model of TensorFlow.js has files beside it, and so a folder. */
function defaultOutput(name: string, format: ExportFormat): string {
  return `${name}${format === 'tfjs' ? '/' : ''}${EXPORT_ENDINGS[format]}`;
}
