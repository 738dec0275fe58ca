import { entryOf } from '../entry-of.js';
import { TOKEN_BYTES, type KeyTokens } from '../integration/key-tokens.js';
import { keysOf, type LinkedTable } from '../integration/lay-out.js';
import { requireOneRowAKey } from '../integration/match-keys.js';
import type { ResolvedJoin } from '../job/resolved.js';
import { tokenIndex, type TokenIndex } from './token-index.js';

/** For a row of the base table the row of each other table that joins bring to it, as `layOutRows` finds it. */
export interface RowLinks {
  /**
   * @param tokenOf token of the base row's key for a party's join, null where a part of it is NULL
   * @param rows by position in `parties`; −1 for none. The base is not among them
   */
  find(tokenOf: (party: string) => Uint8Array | null, rows: Int32Array): void;
  /** Tables in the order in which they come in. */
  readonly parties: readonly string[];
}

interface Step {
  readonly party: string;
  /** From which tables the key may come, in this order; a row has the base always. */
  readonly lefts: readonly Left[];
  readonly index: TokenIndex;
}

/** The base, or a table that has come in before: for each of its rows the row that its key names. */
type Left = 'base' | { readonly position: number; readonly rows: Int32Array };

/**
 * Chains of joins are composed here, once, so that a base row's own keys are all that is looked up.
 * @param tables all but the base; a key must not stand in two rows
 * @throws AMALUR_REPEATED_KEY
 */
export function rowLinks(
  base: string,
  joins: readonly ResolvedJoin[],
  tables: ReadonlyMap<string, LinkedTable>,
): RowLinks {
  const parties = joins.map(({ party }) => party);
  const steps = joins.map((join): Step | undefined => {
    if (join.scenario === 'union') return undefined;
    const { party, field, to } = join;
    const index = tokenIndex(keysOf(join, tables));
    requireOneRowAKey(index, party, field);
    const lefts = to.map((left): Left => {
      if (left.party === base) return 'base';
      const keys = entryOf(entryOf(tables, left.party).keys, party);
      return { position: parties.indexOf(left.party), rows: rowsAmong(keys, index) };
    });
    return { party, lefts, index };
  });

  const rowBy = (
    { party, lefts, index }: Step,
    tokenOf: Parameters<RowLinks['find']>[0],
    rows: Int32Array,
  ) => {
    for (const left of lefts) {
      if (left === 'base') {
        const token = tokenOf(party);
        return token === null ? -1 : index.rowOf(token, 0);
      }
      const at = rows[left.position]!;
      if (at >= 0) return left.rows[at]!;
    }
    return -1;
  };
  return {
    parties,
    find(tokenOf, rows) {
      steps.forEach((step, at) => {
        // What is only united with the base table is in other rows.
        rows[at] = step === undefined ? -1 : rowBy(step, tokenOf, rows);
      });
    },
  };
}

/** For each row of a table the row of the other that its key names, −1 for none. */
function rowsAmong({ codes, tokens }: KeyTokens, index: TokenIndex): Int32Array {
  const known = Int32Array.from({ length: tokens.length / TOKEN_BYTES }, (_, code) =>
    index.rowOf(tokens, code * TOKEN_BYTES),
  );
  return codes.map((code) => (code < 0 ? -1 : known[code]!));
}
