import { workflowInfo } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import { EXPORT_ENDINGS, exportFormat, type ExportFormat } from '../core/job/export-formats.js';
import { requireExportable } from '../core/job/require-exportable.js';
import { aggregatorAt, catalog } from './activity-proxies.js';
import type { ExportRequest, ExportResult } from './contracts/results.js';
import { coded, endOf } from './failures.js';

/** Writes a model with the encoding of its columns: for other programs, or for another installation. */
export async function exportModel(request: ExportRequest): Promise<ExportResult> {
  try {
    const { runId: execution } = workflowInfo();
    const model = await catalog.findExport(request);
    const { name, version, manifest } = model;
    const format = exportFormat(request);
    requireExportable(manifest);
    const written = await aggregatorAt('aggregator', `write ${name}@${version}`).exportModel({
      ...{ execution, format, model },
      output: request.output ?? defaultOutput(`${name}-${version}-${execution}`, format),
    });
    const { file, bytes, sha256 } = written;
    return { model: `${name}@${version}`, format, file, bytes, sha256 };
  } catch (error) {
    throw endOf(error instanceof AmalurError ? coded(error) : error);
  }
}

/** A model of TensorFlow.js has files beside it, and so a folder. */
function defaultOutput(name: string, format: ExportFormat): string {
  return `${name}${format === 'tfjs' ? '/' : ''}${EXPORT_ENDINGS[format]}`;
}
