/** How a server that speaks S3 is reached; what is not said is as the SDK has it. */
export interface S3Options {
  /** URL of the server. Default: Amazon's, by region. */
  readonly endpoint?: string;
  readonly region?: string;
  /** `endpoint/bucket/…` instead of `bucket.endpoint/…`. */
  readonly forcePathStyle?: boolean;
}

/** Where a store is within a server: everything lies below `prefix`, which is empty or ends with a slash. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
}

export const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** The place that `s3://bucket/prefix` names; undefined for anything else, as the path of a folder. */
export function parseS3Url(url: string): S3Location | undefined {
  const [, bucket, path = ''] = S3_URL.exec(url) ?? [];
  if (bucket === undefined) return undefined;
  const parts = path.split('/').filter((part) => part !== '');
  return { bucket, prefix: parts.map((part) => `${part}/`).join('') };
}
