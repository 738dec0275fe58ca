import type { ResolvedJob } from '../../core/job/resolved.js';
import { formatCount } from '../cli/format.js';

const ROW = 58;
const BOX = { width: 250, height: 44 };
const MIDDLE = 330;
const TARGET = { x: 520, width: 150 };

/** Where the columns of the target table come from: a box a table, by silo, and how each of them comes in. */
export function Lineage({ resolved, rows }: { resolved: ResolvedJob; rows: number | undefined }) {
  const { parties, joins, job } = resolved;
  const height = parties.length * ROW + 20;
  const centre = height / 2;
  return (
    <figure>
      <svg
        viewBox={`0 0 830 ${height}`}
        width="830"
        height={height}
        role="img"
        aria-label="Where the target table comes from"
      >
        {parties.map((party, at) => {
          const y = 10 + at * ROW;
          const join = joins.find((step) => step.party === party.id);
          const to = centre + (at - (parties.length - 1) / 2) * 8;
          return (
            <g key={party.id}>
              <Box x={0} y={y} width={BOX.width} title={party.id} note={noteOf(party.features.length)} />
              <path
                d={`M ${BOX.width} ${y + BOX.height / 2} C ${MIDDLE + 60} ${y + BOX.height / 2}, ${MIDDLE + 60} ${to}, ${TARGET.x} ${to}`}
                fill="none"
                stroke="var(--series-1)"
                stroke-width="1.5"
              />
              <text
                x={BOX.width + 10}
                y={y + BOX.height / 2 - 6}
                font-size="11"
                fill="var(--muted)"
                stroke="var(--paper)"
                stroke-width="4"
                paint-order="stroke"
              >
                {at === 0 ? 'base' : (join?.scenario ?? '')}
              </text>
            </g>
          );
        })}
        <Box
          x={TARGET.x}
          y={centre - BOX.height / 2}
          width={TARGET.width}
          title="target table"
          note={rows === undefined ? '' : `${formatCount(rows)} rows`}
        />
        <path d={`M ${TARGET.x + TARGET.width} ${centre} h 30`} stroke="var(--series-1)" stroke-width="1.5" />
        <Box
          x={TARGET.x + TARGET.width + 30}
          y={centre - BOX.height / 2}
          width={125}
          title={job.name}
          note="model"
        />
      </svg>
      <figcaption>{labelOf(resolved)}</figcaption>
    </figure>
  );
}

function Box({
  x,
  y,
  width,
  title,
  note,
}: {
  x: number;
  y: number;
  width: number;
  title: string;
  note: string;
}) {
  const most = Math.floor((width - 16) / 7);
  return (
    <g>
      <rect
        x={x + 0.5}
        y={y}
        width={width - 1}
        height={BOX.height}
        rx="7"
        fill="var(--box)"
        stroke="var(--faint)"
      />
      <text x={x + 10} y={y + 18} font-size="13" font-weight="600" fill="var(--ink)">
        {title.length > most ? `${title.slice(0, most - 1)}…` : title}
        <title>{title}</title>
      </text>
      <text x={x + 10} y={y + 35} font-size="11" fill="var(--muted)">
        {note}
      </text>
    </g>
  );
}

function noteOf(features: number): string {
  return features === 0 ? 'no feature' : `${formatCount(features)} feature${features === 1 ? '' : 's'}`;
}

function labelOf({ labels, job }: ResolvedJob): string {
  const [first] = labels;
  return first === undefined
    ? `${job.task}, without a label`
    : `${job.task}; label ${first.party}.${first.column}`;
}
