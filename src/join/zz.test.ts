import { it } from 'vitest';
import { joinSchema } from './join.schemas.js';
it('x', async () => {
  for (const q of [{ email: 'sam@' }, { email: 'sam@', phone: '12' }, { email: 'sam@', dateOfBirth: 'x' }, { phone: '12', dateOfBirth: 'x' }, { email: 'sam@', phone: '12', dateOfBirth: 'x' }]) {
  const r = joinSchema.safeParse(q);
  console.log('=s', JSON.stringify(q), r.error?.issues.map((f) => f.path.join('.') + ' ' + f.code).join());
  const a = await joinSchema.safeParseAsync(q);
  console.log('=a', JSON.stringify(q), a.error?.issues.map((f) => f.path.join('.') + ' ' + f.code).join());
  }
});
