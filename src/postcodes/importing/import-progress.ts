/** Where progress is shown: standard error, or what a test gives. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
/** Between two plain lines, for logs. */
const STEP_PERCENT = 10;
const MEGABYTE = 1_000_000;

/** Shows how far a long work has come: a bar on a terminal, else a line for each tenth. */
export class ImportProgress {
  private shown = -1;

  constructor(
    private readonly what: string,
    private readonly screen: ProgressScreen,
  ) {}

  /** @param of undefined where the whole is not known. */
  show(bytes: number, of: number | undefined): void {
    const step = this.screen.isTTY === true ? 1 : STEP_PERCENT;
    const done = of === undefined ? bytes / MEGABYTE : (bytes / Math.max(of, 1)) * 100;
    const next = Math.floor(done / step) * step;
    if (next <= this.shown) return;
    this.shown = next;
    const amount = of === undefined ? `${next} MB` : `${Math.min(next, 100)} %`;
    if (this.screen.isTTY !== true) {
      this.screen.write(`${this.what}: ${amount}\n`);
      return;
    }
    const filled = of === undefined ? 0 : Math.round((Math.min(next, 100) / 100) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    this.screen.write(`\r${this.what} ${of === undefined ? '' : `${bar} `}${amount}`);
  }

  /** Leaves the bar's line. */
  end(): void {
    if (this.screen.isTTY === true && this.shown >= 0) this.screen.write('\n');
    this.shown = -1;
  }
}
