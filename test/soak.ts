/**
 * The tests that go on for longer than those of `npm test`, as programs:
 *
 *     npm run soak -- faults --rounds 200 --backend both
 *     npm run soak -- fuzz --requests 1000000
 *     npm run soak -- rights --worlds 10000
 *
 * Everything behind the name is the program's own; each explains itself in its folder's README.
 */
const PROGRAMS = new Map([
  ['faults', './faults/run.js'],
  ['fuzz', './fuzz/run.js'],
  ['rights', './rights/run.js'],
]);

const [name = '', ...given] = process.argv.slice(2);
const program = PROGRAMS.get(name);
if (program === undefined) {
  console.error(`usage: npm run soak -- ${[...PROGRAMS.keys()].join('|')} [options]`);
  process.exit(2);
}
// The program finds its own options where it would if it had been started itself.
process.argv.splice(2, process.argv.length, ...given);
await import(program);
