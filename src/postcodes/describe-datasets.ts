import type { DatasetVersion } from './dataset/dataset-version.js';
import type { ListedDatasets } from './dataset/postcode-datasets.js';
import { type ImportReport, isHardlyWhole } from './importing/postcode-import.js';
import { describeFaults } from './importing/release-reader.js';

const NO_NORTHERN_IRELAND = [
  'Northern Ireland is not in it. Postcodes that begin with BT are accepted as before, but neither',
  'unit, sector nor outcode of them is known: each is taken to lie at the built-in centre of the',
  'area BT. ONSPD and NSPL (https://geoportal.statistics.gov.uk) have Northern Ireland.',
];

/** What an import did, for the terminal; why one is held back, `describeHeldBack` says. */
export function describeImport(report: ImportReport): string[] {
  const { version, before, outcome } = report;
  const lines = [
    `${version}: ${counted(report.live)} live and ${counted(report.terminated)} terminated postcodes, ${counted(report.withoutPosition)} of them without a position.`,
  ];
  if (report.repeated > 0) lines.push(`${counted(report.repeated)} rows named a postcode again.`);
  if (report.rejected > 0) {
    lines.push(`${counted(report.rejected)} rows could not be read:`);
    lines.push(...describeFaults(report.faults, report.rejected));
  }
  if (!report.coversNorthernIreland) lines.push(...NO_NORTHERN_IRELAND);
  if (outcome === 'held_back') return lines;
  if (before !== undefined && isHardlyWhole(report.live, before)) {
    lines.push(
      `${before.version} has ${counted(before.live)} live postcodes: is this release whole?`,
    );
  }
  if (outcome === 'kept') {
    lines.push(`${before?.version ?? 'The built-in table'} answers on (postcodes use ${version}).`);
  } else {
    lines.push(`${version} answers now.${goingBack(before?.version)}`);
  }
  return lines;
}

/** Why a version does not answer although it was imported, and what there is to do. */
export function describeHeldBack({ version, live, before }: ImportReport): string {
  const current = before?.version ?? 'The built-in table';
  return [
    `${version} is kept, but does not answer: it has ${counted(live)} live postcodes, ${current} has ${counted(before?.live ?? 0)}.`,
    `Is this release whole? ${current} answers on. If it is meant: postcodes use ${version}`,
  ].join('\n');
}

/** The versions as a table for the terminal. */
export function describeVersions({ versions, importRuns }: ListedDatasets): string[] {
  const running = importRuns ? ['An import is running.'] : [];
  if (versions.length === 0) {
    return ['None has been imported: the built-in centres of areas answer.', ...running];
  }
  const rows = versions.map((one) => [
    one.current ? '*' : '',
    one.version,
    counted(one.live),
    counted(one.terminated),
    counted(one.withoutPosition),
    counted(one.rejected),
    `${((one.bytes ?? 0) / 1e6).toFixed(1)} MB`,
    one.createdAt.toISOString().slice(0, 16).replace('T', ' '),
    one.fileName,
  ]);
  const header = [
    '',
    'version',
    'live',
    'terminated',
    'no position',
    'rejected',
    'size',
    'imported (UTC)',
    'from',
  ];
  return [...aligned([header, ...rows]), ...running, ...tellWithoutCurrent(versions)];
}

function tellWithoutCurrent(versions: readonly DatasetVersion[]): string[] {
  return versions.some(({ current }) => current)
    ? []
    : ['None of them answers yet (postcodes use VERSION).'];
}

function goingBack(before: string | undefined): string {
  return before === undefined ? '' : ` To go back: postcodes use ${before}`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function counted(number: number): string {
  return number.toLocaleString('en-GB');
}
