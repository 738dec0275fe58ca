import { createKeyPair, createSecret, open, seal, type KeyPair } from '../../core/privacy/sealed-secret.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import { privateHome, type SiteContext } from '../compute/site.js';

/** The key pair of this silo for an execution: drawn once, kept with the commit record in the private store. */
function keyPair({ journal }: SiteContext, execution: string): Promise<KeyPair> {
  return journal.once('key-pair', execution, {}, () => Promise.resolve(createKeyPair()));
}

/** The secret of an execution, drawn once by the silo that owns the labels. */
async function ownSecret({ journal }: SiteContext, execution: string): Promise<Uint8Array> {
  const draw = () => Promise.resolve(Buffer.from(createSecret()).toString('base64'));
  return Buffer.from(await journal.once('secret', execution, {}, draw), 'base64');
}

/** The secret under which keys are hashed: opened if it was sealed for this silo, else the silo's own. */
export async function channelSecret(
  context: SiteContext,
  execution: string,
  sealed: string | undefined,
): Promise<Uint8Array> {
  if (sealed === undefined) return ownSecret(context, execution);
  return open(sealed, (await keyPair(context, execution)).privateKey);
}

export function channelOperations(
  context: SiteContext,
): Pick<SiloOperations, 'openChannel' | 'sealSecret' | 'keepSecret'> {
  return {
    async keepSecret({ execution }) {
      const data = new Uint8Array(await ownSecret(context, execution));
      const tensors = { secret: { shape: [data.length], data } };
      const home = privateHome(context.site);
      return { secret: await context.stores.put(home, 'secret', { json: {}, tensors }) };
    },
    async openChannel({ execution }) {
      const { publicKey } = await keyPair(context, execution);
      return { publicKey };
    },
    async sealSecret({ execution, publicKeys }) {
      const secret = await ownSecret(context, execution);
      return context.journal.once('sealed', execution, publicKeys, () => {
        const sealed = Object.entries(publicKeys).map(
          ([silo, publicKey]) => [silo, seal(secret, publicKey)] as const,
        );
        return Promise.resolve({ sealed: Object.fromEntries(sealed) });
      });
    },
  };
}
