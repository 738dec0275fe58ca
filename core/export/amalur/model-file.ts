import { z } from 'zod';
import type { Evaluation } from '../../evaluation/evaluation.js';
import type { BlobRef } from '../../exchange/store.js';
import type { ResolvedJob } from '../../job/resolved.js';
import { jobSchema } from '../../job/schema.js';
import { isTooDeep, sha256 } from '../../json.js';
import { isEncoding } from '../../job/check-encoding.js';
import { staysHome } from '../../job/require-exportable.js';
import type { Metrics, ModelManifest } from '../../models/model.js';
import { isKnownType } from '../../models/programs.js';
import { blobRefsIn } from './blob-refs.js';
import { damaged, newer, seal, unseal } from './envelope.js';

/** What is told of the training of a model. */
export interface TrainingStory {
  readonly rounds: number;
  readonly stopReason: string | null;
  readonly curve: readonly {
    readonly round: number;
    readonly loss: number;
    readonly gradientNorm: number | null;
  }[];
  readonly evaluation: Evaluation | null;
}

/** A version of a model as it goes from one installation to another, but for the blobs that its manifest refers to. */
export interface PortableModel {
  readonly name: string;
  readonly version: number;
  /** Of its training, or of its import: tells it from every other model. */
  readonly execution: string;
  readonly createdAt: string;
  readonly manifest: ModelManifest;
  readonly resolved: ResolvedJob;
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>>;
  readonly training: TrainingStory | null;
}

export interface ModelFile {
  readonly model: PortableModel;
  /** Bytes by sha256: each is a bundle as the exchange has it, so that what refers to it stays true. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** Names the content of the file. */
  readonly digest: string;
}

const object = z.looseObject({});
const text = z.string();
const key = z.array(z.looseObject({ column: text, apply: z.array(text) }));
const named = z.looseObject({ id: z.string() });
/** As much of the header as tells a model from something else; who wrote it has checked the rest. */
const headerSchema = z.object({
  model: z.looseObject({
    // Files are named by it.
    name: jobSchema.shape.name,
    version: z.int().min(1),
    execution: z.string().min(1),
    createdAt: z.iso.datetime(),
    manifest: z.looseObject({ type: z.string(), intercept: z.number(), parts: z.record(z.string(), object) }),
    resolved: z.looseObject({
      job: z.looseObject({
        name: jobSchema.shape.name,
        target: object,
        integration: object,
        constraints: object,
      }),
      parties: z
        .array(named.extend({ silo: z.string(), table: z.string(), rowKey: z.array(z.string()) }))
        .min(1),
      joins: z.array(
        z.looseObject({
          party: text,
          field: text,
          columns: key,
          to: z.array(z.looseObject({ party: text, columns: key })),
        }),
      ),
      groups: z.array(
        named.extend({
          features: z.array(z.looseObject({ name: text, encoding: text })),
          shares: z.array(z.looseObject({ party: text, columns: z.array(text) })),
        }),
      ),
      offsets: z.array(z.looseObject({ party: text, column: text })).optional(),
      overlap: z.union([text, z.looseObject({ newest: z.record(text, text) })]),
    }),
    metrics: z.object({ train: object, test: object }),
    training: z.looseObject({ rounds: z.number(), curve: z.array(object) }).nullable(),
  }),
  blobs: z.array(z.object({ sha256: z.string(), bytes: z.int().min(0) })),
});

/**
 * A model as one file.
 * @param read the bytes of a blob
 * @throws AMALUR_NOT_EXPORTABLE where a part of it stays in its silo
 */
export async function writeModelFile(
  {
    name,
    version,
    execution,
    createdAt,
    manifest: { origin: _, ...manifest },
    resolved,
    metrics,
    training,
  }: PortableModel,
  read: (ref: BlobRef) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const refs = new Map(blobRefsIn(manifest).map((ref) => [ref.sha256, ref]));
  const blobs = [];
  for (const ref of [...refs.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))) {
    if (ref.home !== 'exchange') throw staysHome();
    blobs.push({ sha256: ref.sha256, content: await read(ref) });
  }
  const header = {
    model: { name, version, execution, createdAt, manifest, resolved, metrics, training },
    blobs: blobs.map(({ sha256: hash, content }) => ({ sha256: hash, bytes: content.byteLength })),
  };
  return seal(
    header,
    blobs.map(({ content }) => content),
  );
}

/** @throws AMALUR_MODEL_FILE_UNKNOWN, AMALUR_MODEL_FILE_NEWER, AMALUR_MODEL_FILE_DAMAGED */
export function readModelFile(file: Uint8Array): ModelFile {
  const { header, bytes, digest } = unseal(file);
  const parsed = isTooDeep(header) ? undefined : headerSchema.safeParse(header);
  if (parsed?.success !== true) throw damaged('its header does not describe a model');
  const { model: described, blobs: listed } = parsed.data;
  // What is read of it here is checked; the rest is the exporter's, as the checksum says.
  const model = described as unknown as PortableModel;
  if (!isKnownType(model.manifest.type)) {
    throw newer(`this version of Amalur has no models of the type ${model.manifest.type}`);
  }
  const { encoding } =
    model.resolved.groups.flatMap(({ features }) => features).find(({ encoding: how }) => !isEncoding(how)) ??
    {};
  if (encoding !== undefined) throw newer(`this version of Amalur has no encoding ${encoding}`);
  const blobs = new Map<string, Uint8Array>();
  let at = 0;
  for (const { sha256: hash, bytes: length } of listed) {
    const content = bytes.subarray(at, (at += length));
    if (sha256(content) !== hash) throw damaged('a part of the model does not have its sha256');
    blobs.set(hash, content);
  }
  const missing = blobRefsIn(model.manifest).some((ref) => ref.home !== 'exchange' || !blobs.has(ref.sha256));
  if (missing || at !== bytes.length) throw damaged('it has not the parts that its header names');
  return { model, blobs, digest };
}
