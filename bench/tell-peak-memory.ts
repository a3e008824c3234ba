/**
 * For `node --import`: at its end a program tells the most memory that it ever held, in megabytes,
 * as the last line of its standard error.
 */
process.on('exit', () => {
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stderr.write(`${JSON.stringify({ peakMb: megabytes })}\n`);
});
